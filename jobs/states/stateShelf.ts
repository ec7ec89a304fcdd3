import { EngineError } from '../../runtime/errors/index.ts'
import { inWindows, type ChunkMap } from './chunkMap.ts'

/** How the coordinator and the workers call the map of the chunks. */
export const STATE_MAP = 'engine_checkpointState'

/** Stands in a checkpoint for the chunks of an operator's state that its worker has put on a shelf. */
export interface StoredState {
  readonly kind: 'stored'
  /** `JOB/PIPELINE/EPOCH/CHECKPOINT/TASK/VERTEX`: no two states ever have the same. */
  readonly name: string
  /** Of each chunk. */
  readonly lengths: readonly number[]
  /** CRC-32 of all chunks, one after the other. */
  readonly crc: number
}

/** Which state of which attempt at running a pipeline. */
export interface StateName {
  readonly jobId: string
  readonly pipelineId: number
  readonly epoch: number
  readonly checkpointId: number
  readonly task: string
  readonly vertexId: number
}

/** The attempts at running a pipeline that have ended. */
export interface StatesOver {
  readonly jobId: string
  readonly pipelineId: number
  /** Infinity: all. */
  readonly beforeEpoch: number
}

/**
 * Keeps the states of operators in the grid, in chunks as they come: workers put them there, and a
 * checkpoint only names them. What no checkpoint names is swept.
 */
export interface StateShelf {
  /** Resolves when the grid has the chunk as often as it promises. */
  put(name: string, index: number, chunk: Uint8Array): Promise<void>
  /** Throws CKP-005 where a chunk is not there, CKP-001 where one is not as it was. */
  load(state: StoredState): Promise<Uint8Array[]>
  remove(states: readonly StoredState[]): Promise<void>
  /** Removes the states of what is over, except those whose names are `kept`. */
  sweep(over: StatesOver, kept: ReadonlySet<string>): Promise<void>
}

export const isStoredState = (state: unknown): state is StoredState =>
  typeof state === 'object' && state !== null && (state as StoredState).kind === 'stored'

export const stateNameOf = (name: StateName): string => {
  const { jobId, pipelineId, epoch, checkpointId, task, vertexId } = name
  return `${jobId}/${pipelineId}/${epoch}/${checkpointId}/${task}/${vertexId}`
}

const isOver = (name: string, over: StatesOver): boolean => {
  const [jobId, pipelineId, epoch] = name.split('/')
  return (
    jobId === over.jobId &&
    Number(pipelineId) === over.pipelineId &&
    Number(epoch) < over.beforeEpoch
  )
}

const keyOf = (name: string, index: number): string => `${name}#${index}`

const keysOf = ({ name, lengths }: StoredState): string[] =>
  lengths.map((_, index) => keyOf(name, index))

export const createStateShelf = (chunks: ChunkMap): StateShelf => ({
  put: (name, index, chunk) => chunks.set(keyOf(name, index), chunk),
  load: async (state) => {
    const { name, lengths, crc } = state
    const loaded: Uint8Array[] = []
    await inWindows(keysOf(state), async (key, index) => {
      const chunk = await chunks.get(key)
      if (chunk === undefined) {
        const text = `The state ${name} is lost: more members died at once than the grid keeps backups.`
        throw new EngineError('CKP-005', text)
      }
      loaded[index] = chunk
    })
    const isWhole = loaded.every(({ length }, index) => length === lengths[index])
    if (!isWhole || crcOf(loaded) !== crc) {
      throw new EngineError('CKP-001', `The state ${name} is damaged.`)
    }
    return loaded
  },
  remove: (states) => inWindows(states.flatMap(keysOf), (key) => chunks.remove(key)),
  sweep: async (over, kept) => {
    const isSwept = (key: string): boolean => {
      const name = key.slice(0, key.lastIndexOf('#'))
      return isOver(name, over) && !kept.has(name)
    }
    await inWindows((await chunks.keys()).filter(isSwept), (key) => chunks.remove(key))
  },
})

/** CRC-32 of chunks one after the other; `before` is that of what goes before them. */
export const crcOf = (chunks: readonly Uint8Array[], before = 0): number =>
  chunks.reduce((crc, chunk) => Bun.hash.crc32(chunk, crc), before)
