import type { JobFormat } from '../files/index.ts'
import type { Plan } from '../plan/index.ts'
import type {
  CheckpointEntry,
  CheckpointOutcome,
  ClusterOverview,
  ClusterSnapshot,
  JobCheckpoints,
  JobEvent,
  JobFailure,
  JobInfo,
  JobsSummary,
  Page,
  PageRequest,
  PendingJobs,
} from './answers.ts'
import type { EndStatus } from './states.ts'

/** What is to run: a text in one of the formats, or a plan that was made of something else. */
export type JobContent =
  | {
      readonly text: string
      readonly format: JobFormat
      /** How places in messages name it, such as the name of the uploaded file. */
      readonly file: string
      readonly variables: { readonly [name: string]: string }
    }
  | {
      readonly plan: Plan
      /** By vertex id, as far as they are known before the job runs. */
      readonly tablePaths: readonly (readonly string[])[]
      /** The content hash under which the code that the plan names is already distributed. */
      readonly bundle?: string
    }

export interface JobSubmission {
  readonly content: JobContent
  /** Digits; a new one unless given. The same id twice is the same job: the second time does nothing. */
  readonly jobId?: string | undefined
  /** Wins over the name in the job. */
  readonly jobName?: string | undefined
  /** Go on from the savepoint, or else the last checkpoint, of the job with this id. */
  readonly isStartWithSavePoint?: boolean
  /** Go on from the last checkpoint of `restoreSourceJobId` (itself unless given). */
  readonly restoreMode?: 'CHECKPOINT' | undefined
  readonly restoreSourceJobId?: string | undefined
  /** Restored state that no operator of this job takes is dropped instead of refused. */
  readonly allowOrphanedState?: boolean
}

export interface SubmittedJob {
  readonly jobId: string
  readonly jobName: string
}

export interface StopOptions {
  /** Stop with a savepoint, from which it can go on. */
  readonly savepoint: boolean
  /** Do not wait for tasks that do not answer: the job is canceled at once. */
  readonly force: boolean
}

/**
 * The jobs of the cluster; on the active master. On any other member each call rejects with JOB-001:
 * what serves users forwards to the active master first.
 */
export interface JobService {
  /**
   * Takes a job and answers before it runs. Rejects with EngineError: what the job's text is at fault
   * for, JOB-002 an id that is none, JOB-003 a savepoint start without an id, JOB-004 an id of an ended
   * job, JOB-005 nothing to restore.
   */
  submit(submission: JobSubmission): Promise<SubmittedJob>
  /**
   * Resolves when the stop is under way and survives a change of the master; at once for an id that
   * does not run, be it known or not, as SeaTunnel does. JOB-009: no savepoint can be taken now.
   */
  stop(jobId: string, options: StopOptions): Promise<void>
  /** Asks for a savepoint of a job that goes on; resolves when it is stored. JOB-006: it does not run. */
  savepoint(jobId: string): Promise<void>
  /** Undefined for an id that is not known. */
  jobInfo(jobId: string): Promise<JobInfo | undefined>
  /** Jobs that have not ended, in the order of their submission; all without a page. */
  runningJobs(page?: PageRequest): Promise<Page<JobInfo>>
  /** The newest end first. */
  finishedJobs(state?: EndStatus, page?: PageRequest): Promise<Page<JobInfo>>
  pendingJobs(filter: {
    readonly jobId?: string | undefined
    readonly limit?: number | undefined
    readonly tags?: { readonly [tag: string]: string } | undefined
  }): Promise<PendingJobs>
  /** Only workers with all these tags are counted. */
  overview(tags: { readonly [tag: string]: string }): Promise<ClusterOverview>
  summary(): Promise<JobsSummary>
  workers(): Promise<ClusterSnapshot>
  /** Undefined for an id that is not known. */
  checkpoints(jobId: string): Promise<JobCheckpoints | undefined>
  checkpointHistory(
    jobId: string,
    filter: {
      readonly pipelineId?: number | undefined
      readonly status?: CheckpointOutcome | undefined
      readonly limit: number
    },
  ): Promise<readonly CheckpointEntry[] | undefined>
  /** The newest first; bounded. */
  events(jobId: string): Promise<readonly JobEvent[] | undefined>
  failures(jobId: string): Promise<readonly JobFailure[] | undefined>
  /** Resolves with the job as it ended; rejects with the signal's reason. */
  ended(jobId: string, signal: AbortSignal): Promise<JobInfo | undefined>
}
