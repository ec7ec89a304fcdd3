export { createIsolatePool, withCode, type IsolatePool } from './isolatePool.ts'
export {
  folderCheckpointStore,
  type CheckpointStore,
  type JobRecord,
  type JobStatus,
} from './checkpointStore.ts'
export type { JobProgress, VertexCounts } from './progress.ts'
export { runJob, type JobResult, type RunningJob } from './runJob.ts'
export type { EngineDefaults, RunOptions } from './runOptions.ts'
