export type { CodeLimits } from './codeWatch.ts'
export type { IsolateInfo } from './isolateList.ts'
export { createIsolatePool, withCode, withGrid, type IsolatePool } from './isolatePool.ts'
export { localPlaces, localTaskHosts } from './localHosts.ts'
export { startTaskService, type TaskService, type TaskServiceOptions } from './taskService.ts'
export type {
  EdgePlan,
  ExecutionId,
  HostCommand,
  HostLink,
  HostReport,
  RemoteCommand,
  TaskHosts,
  TaskName,
  TaskPlaces,
  TaskStatus,
} from './protocol.ts'
