import type { Disk, Host } from '../../runtime/host/index.ts'
import { decodeCheckpoint, encodeCheckpoint, type CheckpointRecord } from './checkpointRecord.ts'

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

/** Keeps the checkpoints of jobs; all it answers survives a crash of the process and the machine. */
export interface CheckpointStore {
  save(record: CheckpointRecord): Promise<void>
  /** The newest readable checkpoint of a pipeline. */
  latest(jobId: string, pipelineId: number): Promise<CheckpointRecord | undefined>
  /** Removes all checkpoints of a job; what is known of it stays. */
  forget(jobId: string): Promise<void>
  saveJob(job: JobRecord): Promise<void>
  job(jobId: string): Promise<JobRecord | undefined>
  /** All jobs, the newest first. */
  jobs(): Promise<JobRecord[]>
  /** Removes a job and all that is kept of it. */
  removeJob(jobId: string): Promise<void>
}

const jobFile = 'job.json'

/**
 * A store in a folder: `FOLDER/JOB/EPOCH_MS-PIPELINE-CHECKPOINT.ckpt`, each written whole and synced;
 * the newest `retainedMax` of a pipeline are kept.
 */
export const folderCheckpointStore = (
  host: Host,
  folder: string,
  retainedMax: number,
): CheckpointStore => {
  const disk = host.disk
  const folderOf = (jobId: string): string => `${folder}/${jobId}`
  return {
    save: async (record) => {
      const target = folderOf(record.jobId)
      const name = `${record.takenAtMs}-${record.pipelineId}-${record.checkpointId}.ckpt`
      await disk.makeFolder(target)
      await disk.writeFileAtomically(`${target}/${name}`, encodeCheckpoint(record))
      const names = await checkpointNames(disk, target, record.pipelineId)
      for (const old of names.slice(retainedMax)) await disk.remove(`${target}/${old}`)
    },
    latest: async (jobId, pipelineId) => {
      const names = await checkpointNames(disk, folderOf(jobId), pipelineId)
      const newest = names[0]
      if (newest === undefined) return undefined
      const path = `${folderOf(jobId)}/${newest}`
      return decodeCheckpoint(await disk.readFile(path), path)
    },
    forget: async (jobId) => {
      for (const entry of await listIfThere(disk, folderOf(jobId))) {
        if (entry.endsWith('.ckpt')) await disk.remove(`${folderOf(jobId)}/${entry}`)
      }
    },
    saveJob: async (job) => {
      await disk.makeFolder(folderOf(job.jobId))
      const bytes = new TextEncoder().encode(JSON.stringify(job))
      await disk.writeFileAtomically(`${folderOf(job.jobId)}/${jobFile}`, bytes)
    },
    removeJob: (jobId) => disk.remove(folderOf(jobId)),
    job: (jobId) => readJob(disk, folderOf(jobId)),
    jobs: async () => {
      const found: JobRecord[] = []
      for (const name of await listIfThere(disk, folder)) {
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

const listIfThere = async (disk: Disk, folder: string): Promise<string[]> =>
  (await disk.stat(folder)) === undefined
    ? []
    : (await disk.list(folder)).map((entry) => entry.name)

/** The files of a pipeline, the highest checkpoint first. */
const checkpointNames = async (
  disk: Disk,
  folder: string,
  pipelineId: number,
): Promise<string[]> => {
  const pattern = /^\d+-(\d+)-(\d+)\.ckpt$/
  const found: { name: string; checkpointId: number }[] = []
  for (const name of await listIfThere(disk, folder)) {
    const match = pattern.exec(name)
    if (match === null || Number(match[1]) !== pipelineId) continue
    found.push({ name, checkpointId: Number(match[2]) })
  }
  found.sort((left, right) => right.checkpointId - left.checkpointId)
  return found.map((each) => each.name)
}
