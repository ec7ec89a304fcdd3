export {
  folderCheckpointStore,
  type CheckpointStore,
  type JobRecord,
  type JobStatus,
} from './checkpointStore.ts'
export type { CheckpointName, CheckpointStorage } from './storage/checkpointStorage.ts'
export { openCheckpointStorage, type StorageSettings } from './storage/openStorage.ts'
export type { EntryMap, StateMap, StateMaps } from './storage/stateMap.ts'
export { ProgressBook, type JobProgress, type VertexCounts } from './progress.ts'
export type { CheckpointNews } from './checkpointDriver.ts'
export { operatorsOf, type CheckpointRecord, type OperatorIdentity } from './checkpointRecord.ts'
export { PipelineExecution, type ExecutionOptions } from './execution.ts'
export { pipelineTasks, taskNames, type PipelineTasks } from './pipelineTasks.ts'
export { TaskCrew } from './taskCrew.ts'
export { runJob, type JobResult, type RunningJob } from './runJob.ts'
export type { EngineDefaults, RunOptions } from './runOptions.ts'
