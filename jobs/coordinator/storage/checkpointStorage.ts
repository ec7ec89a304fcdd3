import type { CheckpointRecord } from '../checkpointRecord.ts'
import { lengthOf, type Blobs } from './blobs.ts'
import { decodeCheckpoint, encodeCheckpoint } from './recordFormat.ts'

/** Which checkpoint of a job; two that were taken under one number differ in their time. */
export interface CheckpointName {
  readonly pipelineId: number
  readonly checkpointId: number
  readonly takenAtMs: number
}

/** Keeps the checkpoints of jobs; what it answers survives what its place promises to survive. */
export interface CheckpointStorage {
  /** Returns the bytes stored. */
  save(record: CheckpointRecord): Promise<number>
  /** The checkpoints of a job, the highest number first. */
  list(jobId: string): Promise<CheckpointName[]>
  /** Throws CKP-001 for a damaged, CKP-005 for a lost one, HST-001 for a file that is gone. */
  load(jobId: string, name: CheckpointName): Promise<CheckpointRecord>
  /** The newest of a pipeline. */
  latest(jobId: string, pipelineId: number): Promise<CheckpointRecord | undefined>
  /** Removes all checkpoints of a job. */
  forget(jobId: string): Promise<void>
}

const fileOf = ({ takenAtMs, pipelineId, checkpointId }: CheckpointName): string =>
  `${takenAtMs}-${pipelineId}-${checkpointId}.ckpt`

const nameOf = (file: string): CheckpointName[] => {
  const match = /^(\d+)-(\d+)-(\d+)\.ckpt$/.exec(file)
  if (match === null) return []
  const [takenAtMs, pipelineId, checkpointId] = match.slice(1).map(Number)
  return [{ takenAtMs: takenAtMs!, pipelineId: pipelineId!, checkpointId: checkpointId! }]
}

/** As files `JOB/EPOCH_MS-PIPELINE-CHECKPOINT.ckpt`; the newest `retainedMax` of a pipeline are kept. */
export const checkpointStorage = (blobs: Blobs, retainedMax: number): CheckpointStorage => {
  const list = async (jobId: string): Promise<CheckpointName[]> =>
    (await blobs.list(jobId))
      .flatMap(nameOf)
      .sort(
        (left, right) => right.checkpointId - left.checkpointId || right.takenAtMs - left.takenAtMs,
      )
  const listPipeline = async (jobId: string, pipelineId: number): Promise<CheckpointName[]> =>
    (await list(jobId)).filter((name) => name.pipelineId === pipelineId)
  const load: CheckpointStorage['load'] = async (jobId, name) => {
    const bytes = await blobs.get(jobId, fileOf(name))
    return decodeCheckpoint(bytes, blobs.pathOf(jobId, fileOf(name)))
  }
  return {
    list,
    load,
    save: async (record) => {
      const { jobId, pipelineId } = record
      const pieces = encodeCheckpoint(record)
      await blobs.put(jobId, fileOf(record), pieces)
      const names = await listPipeline(jobId, pipelineId)
      for (const old of names.slice(retainedMax)) await blobs.remove(jobId, fileOf(old))
      return lengthOf(pieces)
    },
    latest: async (jobId, pipelineId) => {
      const [newest] = await listPipeline(jobId, pipelineId)
      return newest === undefined ? undefined : load(jobId, newest)
    },
    forget: async (jobId) => {
      for (const name of await list(jobId)) await blobs.remove(jobId, fileOf(name))
    },
  }
}
