import { EngineError } from '../../../runtime/errors/index.ts'
import {
  isStoredState,
  type StateShelf,
  type StatesOver,
  type StoredState,
} from '../../states/index.ts'
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
  /** Workers put the states of operators into the grid themselves; records name them. */
  readonly keepsStates: boolean
  /** Returns the bytes stored, with those that the record names. */
  save(record: CheckpointRecord): Promise<number>
  /** The checkpoints of a job, the highest number first. */
  list(jobId: string): Promise<CheckpointName[]>
  /** Throws CKP-001 for a damaged, CKP-005 for a lost one, HST-001 for a file that is gone. */
  load(jobId: string, name: CheckpointName): Promise<CheckpointRecord>
  /** The same without the states that workers have stored: all that is needed to commit it. */
  read(jobId: string, name: CheckpointName): Promise<CheckpointRecord>
  /** The newest of a pipeline. */
  latest(jobId: string, pipelineId: number): Promise<CheckpointRecord | undefined>
  /** Removes all checkpoints of a job. */
  forget(jobId: string): Promise<void>
  /** Removes the states of what is over that no checkpoint names: those of checkpoints that failed. */
  sweep(over: StatesOver): Promise<void>
}

const fileOf = ({ takenAtMs, pipelineId, checkpointId }: CheckpointName): string =>
  `${takenAtMs}-${pipelineId}-${checkpointId}.ckpt`

const nameOf = (file: string): CheckpointName[] => {
  const match = /^(\d+)-(\d+)-(\d+)\.ckpt$/.exec(file)
  if (match === null) return []
  const [takenAtMs, pipelineId, checkpointId] = match.slice(1).map(Number)
  return [{ takenAtMs: takenAtMs!, pipelineId: pipelineId!, checkpointId: checkpointId! }]
}

const isSameNumber = (left: CheckpointName, right: CheckpointName): boolean =>
  left.pipelineId === right.pipelineId && left.checkpointId === right.checkpointId

/**
 * As files `JOB/EPOCH_MS-PIPELINE-CHECKPOINT.ckpt`; the newest `retainedMax` of a pipeline are kept.
 * With a `shelf` a checkpoint may name states that are there; they are removed with it.
 */
export const checkpointStorage = (
  blobs: Blobs,
  retainedMax: number,
  shelf: StateShelf | null = null,
): CheckpointStorage => {
  const list = async (jobId: string): Promise<CheckpointName[]> =>
    (await blobs.list(jobId))
      .flatMap(nameOf)
      .sort(
        (left, right) => right.checkpointId - left.checkpointId || right.takenAtMs - left.takenAtMs,
      )
  const listPipeline = async (jobId: string, pipelineId: number): Promise<CheckpointName[]> =>
    (await list(jobId)).filter((name) => name.pipelineId === pipelineId)
  const read: CheckpointStorage['read'] = async (jobId, name) => {
    const bytes = await blobs.get(jobId, fileOf(name))
    return decodeCheckpoint(bytes, blobs.pathOf(jobId, fileOf(name)))
  }
  const load: CheckpointStorage['load'] = async (jobId, name) => {
    const record = await read(jobId, name)
    return shelf === null ? record : withLoaded(record, shelf)
  }
  /** What a record names that is lost itself is swept with the rest. */
  const namedBy = (jobId: string, name: CheckpointName): Promise<StoredState[]> =>
    read(jobId, name).then(storedStatesOf, (thrown: unknown) => {
      if (thrown instanceof EngineError) return []
      throw thrown
    })
  /** Two that were taken under one number may name the same states: the last to go takes them along. */
  const removeAll = async (
    jobId: string,
    names: readonly CheckpointName[],
    others: readonly CheckpointName[],
  ): Promise<void> => {
    for (const [index, name] of names.entries()) {
      const states = shelf === null ? [] : await namedBy(jobId, name)
      await blobs.remove(jobId, fileOf(name))
      const left = [...others, ...names.slice(index + 1)]
      if (!left.some((other) => isSameNumber(other, name))) await shelf?.remove(states)
    }
  }
  return {
    keepsStates: shelf !== null,
    list,
    load,
    read,
    save: async (record) => {
      const { jobId, pipelineId } = record
      const pieces = encodeCheckpoint(record)
      await blobs.put(jobId, fileOf(record), pieces)
      const names = await listPipeline(jobId, pipelineId)
      await removeAll(jobId, names.slice(retainedMax), names.slice(0, retainedMax))
      return lengthOf(pieces) + sizeOf(storedStatesOf(record))
    },
    latest: async (jobId, pipelineId) => {
      const [newest] = await listPipeline(jobId, pipelineId)
      return newest === undefined ? undefined : load(jobId, newest)
    },
    forget: async (jobId) => removeAll(jobId, await list(jobId), []),
    sweep: async (over) => {
      if (shelf === null) return
      const { jobId, pipelineId } = over
      const names = await listPipeline(jobId, pipelineId)
      const records = await Promise.all(names.map((name) => read(jobId, name)))
      const kept = new Set(records.flatMap(storedStatesOf).map(({ name }) => name))
      await shelf.sweep(over, kept)
    },
  }
}

const storedStatesOf = ({ vertices }: CheckpointRecord): StoredState[] =>
  Object.values(vertices).flatMap((states) => states.filter(isStoredState))

const sizeOf = (states: readonly StoredState[]): number =>
  states.flatMap(({ lengths }) => lengths).reduce((sum, length) => sum + length, 0)

/** The record as if it held the chunks of all states itself. */
const withLoaded = async (
  record: CheckpointRecord,
  shelf: StateShelf,
): Promise<CheckpointRecord> => {
  const vertices: { [vertexId: number]: readonly unknown[] } = {}
  for (const [id, states] of Object.entries(record.vertices)) {
    vertices[Number(id)] = await Promise.all(
      states.map((state) => (isStoredState(state) ? shelf.load(state) : state)),
    )
  }
  return { ...record, vertices }
}
