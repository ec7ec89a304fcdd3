export { folderCheckpointStore, type CheckpointStore, type JobRecord } from './checkpointStore.ts'
export type { JobProgress, VertexCounts } from './progress.ts'
export {
  runJob,
  type EngineDefaults,
  type JobResult,
  type JobStatus,
  type RunningJob,
  type RunOptions,
} from './runJob.ts'
