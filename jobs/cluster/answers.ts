import type { JobStatus, PipelineStatus } from './states.ts'

/**
 * What the engine tells about jobs, with the names and types of SeaTunnel's REST interface: counts
 * are strings, times are `yyyy-MM-dd HH:mm:ss` in the zone of the member.
 */

/** A vertex or an edge belongs to a pipeline; ids of edges are strings, those of vertices numbers. */
export interface JobDag {
  readonly jobId: string
  readonly pipelineEdges: {
    readonly [pipelineId: string]: readonly {
      readonly inputVertexId: string
      readonly targetVertexId: string
    }[]
  }
  readonly vertexInfoMap: readonly VertexInfo[]
  readonly envOptions: EnvOptions
}

/** All values are texts: those of lists and maps are JSON. */
export interface EnvOptions {
  readonly [name: string]: string
}

export interface VertexInfo {
  readonly vertexId: number
  readonly type: 'source' | 'transform' | 'sink'
  readonly vertexName: string
  readonly tablePaths: readonly string[]
}

/** `SourceReceivedCount` and the like as strings; `TableSinkWriteQPS` and the like by table path. */
export interface JobMetrics {
  readonly [name: string]: string | { readonly [tablePath: string]: string }
}

export interface JobInfo {
  readonly jobId: string
  readonly jobName: string
  readonly jobStatus: JobStatus
  /** Why it failed; of an ended job only. */
  readonly errorMsg?: string | null
  readonly envOptions: EnvOptions
  readonly createTime: string
  /** When it first ran; empty before. */
  readonly startTime: string
  /** Of an ended job only. */
  readonly finishTime?: string
  readonly jobDag: JobDag
  readonly pluginJarsUrls: readonly { readonly jarPath: string }[]
  readonly isStartWithSavePoint: boolean
  readonly metrics: JobMetrics
}

/** Counts from 1. */
export interface PageRequest {
  readonly page: number
  readonly rows: number
}

/** `total` counts what all pages hold together. */
export interface Page<Row> {
  readonly total: number
  readonly data: readonly Row[]
}

export interface JobsSummary {
  readonly runningJobs: string
  readonly pendingJobs: string
  readonly finishedJobs: string
  readonly failedJobs: string
  readonly cancelledJobs: string
}

/** The cluster as far as jobs are concerned. */
export interface ClusterOverview extends JobsSummary {
  readonly projectVersion: string
  readonly gitCommitAbbrev: string
  readonly totalSlot: string
  readonly unassignedSlot: string
  readonly workers: string
}

/** A worker as it stands now. */
export interface WorkerInfo {
  readonly address: string
  readonly tags: { readonly [tag: string]: string }
  readonly totalSlots: number
  readonly freeSlots: number
  readonly dynamicSlot: boolean
  /** Shares from 0 to 1; null until they are known. */
  readonly cpuUsage: number | null
  readonly memUsage: number | null
  readonly runningJobIds: readonly string[]
}

export interface ClusterSnapshot {
  readonly totalSlots: number
  readonly freeSlots: number
  readonly assignedSlots: number
  readonly workerCount: number
  readonly workers: readonly WorkerInfo[]
}

export type LackReason =
  'WAITING_SLOT_ASSIGNMENT' | 'RESOURCE_NOT_ENOUGH' | 'REQUEST_FAILED' | 'REQUEST_CANCELLED'

export interface TaskGroupDiagnostic {
  readonly taskGroupLocation: {
    readonly jobId: string
    readonly pipelineId: number
    readonly taskGroupId: number
  }
  readonly taskFullName: string
  readonly allocated: boolean
  readonly failureReason: LackReason | null
  readonly failureMessage: string | null
}

export interface PendingPipeline {
  readonly pipelineId: number
  readonly pipelineName: string
  readonly totalTaskGroups: number
  readonly allocatedTaskGroups: number
  readonly lackingTaskGroups: number
  readonly taskGroupDiagnostics: readonly TaskGroupDiagnostic[]
}

export interface PendingJob {
  readonly jobId: string
  readonly jobName: string
  readonly pendingSourceState: 'SUBMIT' | 'RESTORE'
  readonly jobStatus: JobStatus
  readonly enqueueTimestamp: number
  readonly checkTime: number
  readonly waitDurationMs: number
  readonly checkCount: number
  readonly totalTaskGroups: number
  readonly allocatedTaskGroups: number
  readonly lackingTaskGroups: number
  readonly failureReason: LackReason
  readonly failureMessage: string
  readonly tagFilter: { readonly [tag: string]: string }
  /** Jobs that hold the slots it could have. */
  readonly blockingJobIds: readonly string[]
  readonly pipelines: readonly PendingPipeline[]
  readonly lackingTaskGroupDiagnostics: readonly TaskGroupDiagnostic[]
}

export interface PendingJobs {
  readonly queueSummary: {
    readonly size: number
    readonly scheduleStrategy: 'WAIT' | 'REJECT'
    /** Null while nothing waits. */
    readonly oldestEnqueueTimestamp: number | null
    readonly newestEnqueueTimestamp: number | null
    readonly lackingTaskGroups: number
  }
  readonly clusterSnapshot: ClusterSnapshot
  readonly pendingJobs: readonly PendingJob[]
}

export type CheckpointKind = 'CHECKPOINT' | 'SAVEPOINT' | 'COMPLETED_POINT'
export type CheckpointOutcome = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'

/** Why a checkpoint came to nothing; the names are SeaTunnel's. */
export const CHECKPOINT_FAILURES = [
  'PIPELINE_END',
  'CHECKPOINT_EXPIRED',
  'CHECKPOINT_COORDINATOR_COMPLETED',
  'CHECKPOINT_COORDINATOR_SHUTDOWN',
  'CHECKPOINT_COORDINATOR_RESET',
  'CHECKPOINT_INSIDE_ERROR',
  'AGGREGATE_COMMIT_ERROR',
  'TASK_NOT_ALL_READY_WHEN_SAVEPOINT',
  'CHECKPOINT_NOTIFY_COMPLETE_FAILED',
] as const

export type CheckpointFailure = (typeof CHECKPOINT_FAILURES)[number]

export interface CheckpointEntry {
  readonly checkpointId: number
  readonly checkpointType: CheckpointKind
  readonly status: CheckpointOutcome
  readonly triggerTimestamp: number
  /** Null while it runs. */
  readonly completedTimestamp: number | null
  readonly durationMs: number | null
  /** Bytes stored; null while it runs, 0 where nothing had to be stored. */
  readonly stateSize: number | null
  readonly failureReason: CheckpointFailure | null
  readonly failureMessage: string | null
}

export interface PipelineCheckpoints {
  readonly pipelineId: number
  readonly counts: {
    readonly triggered: number
    readonly completed: number
    readonly failed: number
    readonly inProgress: number
    readonly restored: number
  }
  readonly failureCounts: { readonly [Reason in CheckpointFailure]?: number }
  readonly latestCompleted: CheckpointEntry | null
  readonly latestFailed: CheckpointEntry | null
  readonly latestSavepoint: CheckpointEntry | null
  readonly inProgress: readonly CheckpointEntry[]
  /** The last 32, the newest first. */
  readonly history: readonly CheckpointEntry[]
}

export interface JobCheckpoints {
  readonly jobId: string
  /** Milliseconds since 1970. */
  readonly updatedAt: number
  readonly pipelines: readonly PipelineCheckpoints[]
}

/** What happened to a job, the newest first where several are told. */
export interface JobEvent {
  readonly jobId: string
  readonly eventType: string
  /** Milliseconds since 1970. */
  readonly createdTime: number
  readonly message: string
  readonly jobStatus: JobStatus
  /** Of what happened to one pipeline. */
  readonly pipelineId: number | null
  readonly pipelineStatus: PipelineStatus | null
  /** `host:port` of the member where it happened, where it is known. */
  readonly member: string | null
}

/** One time that a pipeline failed. */
export interface JobFailure {
  readonly jobId: string
  readonly pipelineId: number
  /** The execution that failed: counts from 1 in a job. */
  readonly epoch: number
  readonly createdTime: number
  /** Of the registry of errors; null for a bug. */
  readonly code: string | null
  readonly message: string
  readonly member: string | null
  /** The checkpoint to go on from; 0 for the start, null where trying again cannot help. */
  readonly restoredCheckpointId: number | null
}
