export type {
  Execution,
  GroupDeployment,
  RestoredVertex,
  RingEdge,
  SinkState,
  TaskCommand,
  TaskReport,
  VertexTables,
} from './messages.ts'
export { fromTaskError } from './taskErrors.ts'
