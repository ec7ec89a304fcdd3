import type { Disk, Host } from '../../runtime/host/index.ts'
import { checkpointStorage, type CheckpointStorage } from './storage/checkpointStorage.ts'
import { folderBlobs } from './storage/folderBlobs.ts'

export type JobStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'CANCELED'

/** What is known of a job that has run in a store. */
export interface JobRecord {
  readonly jobId: string
  readonly name: string
  /** The job file as it was named, for finding the job again. */
  readonly source: string
  readonly status: JobStatus
  readonly startedAtMs: number
  readonly endedAtMs: number | null
}

/** Keeps what jobs without a cluster need to go on: their checkpoints and what is known of them. */
export interface CheckpointStore extends CheckpointStorage {
  saveJob(job: JobRecord): Promise<void>
  job(jobId: string): Promise<JobRecord | undefined>
  /** All jobs, the newest first. */
  jobs(): Promise<JobRecord[]>
  /** Removes a job and all that is kept of it. */
  removeJob(jobId: string): Promise<void>
}

const jobFile = 'job.json'

/**
 * A store in a folder: checkpoints as `checkpointStorage` names them, each written whole and synced,
 * beside `job.json`. All it answers survives a crash of the process and the machine.
 */
export const folderCheckpointStore = (
  host: Host,
  folder: string,
  retainedMax: number,
): CheckpointStore => {
  const disk = host.disk
  const folderOf = (jobId: string): string => `${folder}/${jobId}`
  return {
    ...checkpointStorage(folderBlobs(disk, folder), retainedMax),
    saveJob: async (job) => {
      await disk.makeFolder(folderOf(job.jobId))
      const bytes = new TextEncoder().encode(JSON.stringify(job))
      await disk.writeFileAtomically(`${folderOf(job.jobId)}/${jobFile}`, bytes)
    },
    removeJob: (jobId) => disk.remove(folderOf(jobId)),
    job: (jobId) => readJob(disk, folderOf(jobId)),
    jobs: async () => {
      const found: JobRecord[] = []
      const names = (await disk.stat(folder)) === undefined ? [] : await disk.list(folder)
      for (const { name } of names) {
        const job = await readJob(disk, folderOf(name))
        if (job !== undefined) found.push(job)
      }
      return found.sort((left, right) => right.startedAtMs - left.startedAtMs)
    },
  }
}

const readJob = async (disk: Disk, folder: string): Promise<JobRecord | undefined> => {
  const path = `${folder}/${jobFile}`
  if ((await disk.stat(path)) === undefined) return undefined
  return JSON.parse(new TextDecoder().decode(await disk.readFile(path))) as JobRecord
}
