export type {
  Execution,
  ExchangePlace,
  GroupDeployment,
  IsolateCommand,
  IsolateReport,
  RestoredVertex,
  RingEdge,
  SinkState,
  TaskCommand,
  TaskReport,
  VertexProgress,
  VertexTables,
} from './messages.ts'
export { fromTaskError, toTaskError } from './taskErrors.ts'
export { loadSink, loadSource, loadTransform } from './plugins.ts'
