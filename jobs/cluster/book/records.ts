import type { VertexCounts } from '../../coordinator/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { EnvOptions, JobEvent, JobFailure, PipelineCheckpoints } from '../answers.ts'
import type { JobState } from '../machine/state.ts'
import type { EndStatus, JobStatus, PipelineStatus } from '../states.ts'

/** Where a job takes the state from that it starts with. */
export interface RestoreSource {
  readonly jobId: string
  /** State that no operator takes is dropped. */
  readonly allowOrphanedState: boolean
}

/** What a job is: written once, when it is submitted. */
export interface JobInfoRecord {
  readonly jobId: string
  readonly jobName: string
  readonly plan: Plan
  /** The content hash of its code. */
  readonly bundle: string | null
  readonly createdAtMs: number
  readonly isStartWithSavePoint: boolean
  readonly restoreFrom: RestoreSource | null
  /** Tables by vertex id, as far as they are known before it runs. */
  readonly tablePaths: readonly (readonly string[])[]
  /** More than half of so many members must be there; null: the job does not ask. */
  readonly quorumMembers: number | null
}

/** When a job first came into each state. */
export type StateTimes = { readonly [Status in JobStatus]?: number }

/** How a job stands. A master writes it only over what it has read or written itself. */
export interface JobStateRecord {
  /** Of the master that wrote it. */
  readonly masterEpoch: number
  readonly state: JobState
}

/** The last checkpoint of a pipeline: what it must go on from. */
export interface CheckpointIdRecord {
  readonly masterEpoch: number
  /** 0: none yet. */
  readonly checkpointId: number
  readonly takenAtMs: number
  /** The execution that took it. */
  readonly epoch: number
}

/** What is kept of a running job beside its state, so that another master goes on telling it. */
export interface JobDiary {
  readonly times: StateTimes
  readonly events: readonly JobEvent[]
  readonly failures: readonly JobFailure[]
  readonly checkpoints: readonly PipelineCheckpoints[]
  /** What the former executions of each pipeline have counted. */
  readonly counts: { readonly [pipelineId: number]: readonly VertexCounts[] }
}

/** An ended job; removed after `history-job-expire-minutes`. */
export interface FinishedRecord {
  readonly jobId: string
  readonly jobName: string
  readonly status: EndStatus
  readonly errorMsg: string | null
  readonly envOptions: EnvOptions
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly endedAtMs: number
  readonly isStartWithSavePoint: boolean
  /** The highest epoch of its executions: the next run of the same id starts above. */
  readonly lastEpoch: number
  readonly pipelines: readonly FinishedPipeline[]
}

export interface FinishedPipeline {
  readonly pipelineId: number
  readonly status: PipelineStatus
  /** Its last checkpoint; 0 for none. */
  readonly checkpointId: number
  readonly takenAtMs: number
}
