import { join, resolve } from 'node:path'
import {
  folderCheckpointStore,
  type CheckpointStore,
  type JobRecord,
} from '../../../jobs/coordinator/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { stateFolder } from '../stateFolder.ts'

/** Checkpoints of a pipeline that are kept, so that a damaged one is not the end. */
const CHECKPOINTS_RETAINED = 20

/** A job id is the name of a folder and part of file and transaction names. */
export const JOB_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export interface IdentityOptions {
  readonly path: string
  readonly checkpointFolder: string | undefined
  readonly jobId: string | undefined
  /** Undefined: a new run. Empty: the last run of this file. */
  readonly restore: string | undefined
}

export interface JobIdentity {
  readonly jobId: string
  readonly restore: boolean
  /** The run to be restored has ended well: there is nothing left to do. */
  readonly isFinished: boolean
  readonly store: CheckpointStore
  /** The job file with its full path, by which `--restore` finds its runs. */
  readonly source: string
}

/** Where checkpoints go unless `--checkpoint-dir` says so. */
const defaultFolder = ({ environment }: Host): string =>
  join(stateFolder(environment), 'checkpoints')

/** Ids grow with time, as those of SeaTunnel do. */
const newJobId = ({ clock, random }: Host): string =>
  `${clock.now()}${String(random.integer(100_000)).padStart(5, '0')}`

const checkedId = (jobId: string): string => {
  if (JOB_ID_PATTERN.test(jobId)) return jobId
  throw new EngineError(
    'CLI-001',
    `The job id ${jobId} is not valid: use up to 64 letters, digits, - and _.`,
  )
}

/** The run to go on with: the one of that id, or the last one of the file. */
const lastRun = async (
  store: CheckpointStore,
  folder: string,
  { path, restore }: { readonly path: string; readonly restore: string },
): Promise<JobRecord | undefined> => {
  if (restore === '') return (await store.jobs()).find((job) => job.source === path)
  const job = await store.job(checkedId(restore))
  if (job === undefined) throw new EngineError('CKP-004', `${folder} knows no job ${restore}.`)
  return job
}

/**
 * Decides under which id a job runs. A restore without an id starts anew where the file has not run
 * before, so that a supervisor may always use it. Throws CKP-004 for an id that is not known.
 */
export const identify = async (host: Host, options: IdentityOptions): Promise<JobIdentity> => {
  const folder = options.checkpointFolder ?? defaultFolder(host)
  const store = folderCheckpointStore(host, folder, CHECKPOINTS_RETAINED)
  const source = resolve(options.path)
  if (options.restore !== undefined) {
    const restore = options.restore
    const last = await lastRun(store, folder, { path: source, restore })
    if (last !== undefined) {
      const { jobId, status } = last
      return { jobId, restore: true, isFinished: status === 'FINISHED', store, source }
    }
  }
  const jobId = options.jobId === undefined ? newJobId(host) : checkedId(options.jobId)
  return { jobId, restore: false, isFinished: false, store, source }
}
