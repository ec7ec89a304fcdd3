import type { JobStatus, PipelineStatus } from '../states.ts'

/** Why something failed, as it is kept and shown. */
export interface Failure {
  /** Of the registry of errors; null for a bug. */
  readonly code: string | null
  readonly message: string
}

/** What the user wants of a job; it never goes back. */
export type Goal = 'run' | 'savepoint' | 'cancel'

/** The member of each task of an execution, by the name of the task. */
export type Places = { readonly [task: string]: string }

export interface PipelineState {
  readonly pipelineId: number
  readonly status: PipelineStatus
  /** The present or last execution; 0 before the first. Higher than any that ever ran. */
  readonly epoch: number
  /** How often it was started again because it failed, since it last got on. */
  readonly retries: number
  /** It is started from its last checkpoint. */
  readonly restores: boolean
  /** Of the present execution; null while it has no slots. */
  readonly places: Places | null
}

export interface JobState {
  readonly jobId: string
  readonly status: JobStatus
  readonly goal: Goal
  readonly pipelines: readonly PipelineState[]
  /** The first failure that nothing could mend. */
  readonly failure: Failure | null
  readonly retryTimes: number
  readonly retryIntervalMs: number
}

export type JobEvent =
  /** The plan is known: it can be scheduled. */
  | { readonly kind: 'admitted' }
  /** There is no room, and it shall not wait. */
  | { readonly kind: 'rejected'; readonly failure: Failure }
  | {
      readonly kind: 'placed'
      readonly pipelines: { readonly [pipelineId: number]: Places }
    }
  | { readonly kind: 'running'; readonly pipelineId: number; readonly epoch: number }
  /** All is committed; `savepoint`: because it was asked to stop with one. */
  | {
      readonly kind: 'finished'
      readonly pipelineId: number
      readonly epoch: number
      readonly savepoint: boolean
    }
  /** Its tasks are gone. */
  | {
      readonly kind: 'failed'
      readonly pipelineId: number
      readonly epoch: number
      readonly failure: Failure
      readonly canRetry: boolean
      /** A worker was lost: nothing is at fault that would need time to recover. */
      readonly isLost: boolean
    }
  /** Its tasks are gone though nothing failed: it is to start again somewhere else. */
  | { readonly kind: 'gone'; readonly pipelineId: number; readonly epoch: number }
  /** It has completed a checkpoint: what failed before is overcome. */
  | { readonly kind: 'progressed'; readonly pipelineId: number; readonly epoch: number }
  /** Its tasks are gone because it was cancelled. */
  | { readonly kind: 'canceled'; readonly pipelineId: number; readonly epoch: number }
  | { readonly kind: 'retryDue'; readonly pipelineId: number }
  | { readonly kind: 'cancel'; readonly force: boolean }
  | { readonly kind: 'savepoint' }
  /** Another master goes on with the job. */
  | { readonly kind: 'takenOver' }

export type JobEffect =
  /** Ask for slots; `all` of a new job, at once or not at all. */
  | { readonly kind: 'requestSlots'; readonly pipelineIds: readonly number[] }
  /** Wait for slots no longer. */
  | { readonly kind: 'withdraw' }
  /** Start an execution at the places of the state. */
  | { readonly kind: 'deploy'; readonly pipelineId: number }
  /** Take over an execution that runs. */
  | { readonly kind: 'attach'; readonly pipelineId: number }
  /** Let an execution end with a savepoint. */
  | { readonly kind: 'drain'; readonly pipelineId: number }
  /** End an execution of the state before, also one of a former master; `force`: nobody waits for it. */
  | { readonly kind: 'cancel'; readonly pipelineId: number; readonly force: boolean }
  | { readonly kind: 'retryAfter'; readonly pipelineId: number; readonly delayMs: number }
  /** The job will not change any more. */
  | { readonly kind: 'ended' }

export interface JobStep {
  readonly state: JobState
  readonly effects: readonly JobEffect[]
}

export interface NewJob {
  readonly jobId: string
  readonly pipelineCount: number
  readonly retryTimes: number
  readonly retryIntervalMs: number
  /** It starts from checkpoints of another run. */
  readonly restores: boolean
}

export const createJobState = (job: NewJob): JobState => ({
  jobId: job.jobId,
  status: 'INITIALIZING',
  goal: 'run',
  pipelines: Array.from({ length: job.pipelineCount }, (_, index) => ({
    pipelineId: index + 1,
    status: 'INITIALIZING',
    epoch: 0,
    retries: 0,
    restores: job.restores,
    places: null,
  })),
  failure: null,
  retryTimes: job.retryTimes,
  retryIntervalMs: job.retryIntervalMs,
})
