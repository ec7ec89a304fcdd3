export type {
  Execution,
  GroupDeployment,
  RestoredVertex,
  RingEdge,
  SinkState,
  TaskCommand,
  TaskReport,
  VertexProgress,
  VertexTables,
} from './messages.ts'
export { fromTaskError } from './taskErrors.ts'
export { loadSink, loadSource, loadTransform } from './plugins.ts'
