export type {
  CheckpointEntry,
  CheckpointFailure,
  CheckpointKind,
  CheckpointOutcome,
  ClusterOverview,
  ClusterSnapshot,
  JobCheckpoints,
  JobDag,
  JobEvent,
  JobFailure,
  JobInfo,
  JobMetrics,
  JobsSummary,
  LackReason,
  Page,
  PageRequest,
  PendingJob,
  PendingJobs,
  PendingPipeline,
  PipelineCheckpoints,
  TaskGroupDiagnostic,
  VertexInfo,
  WorkerInfo,
} from './answers.ts'
export type { JobContent, JobService, JobSubmission, StopOptions, SubmittedJob } from './service.ts'
export {
  END_STATUSES,
  isEnd,
  type EndStatus,
  type JobStatus,
  type PipelineStatus,
} from './states.ts'
export {
  startJobCoordinator,
  type JobCoordinator,
  type JobCoordinatorOptions,
} from './coordinator.ts'
export type { JobSettings } from './settings.ts'
export { checkJobId } from './jobIds.ts'
export { gridStateMaps } from './gridMaps.ts'
