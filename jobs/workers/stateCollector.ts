import { ChunkPacker, crcOf, type StateShelf, type StoredState } from '../states/index.ts'
import type { TaskReport } from '../tasks/index.ts'

export type StateChunk = Extract<TaskReport, { kind: 'stateChunk' }>

/** The way of a task's states into the grid. */
export interface StateWay {
  readonly shelf: StateShelf
  /** What the state of a vertex at a checkpoint is called there. */
  readonly nameOf: (checkpointId: number, vertexId: number) => string
}

export interface StateCollectorOptions {
  /** Null: states go to the coordinator with the acknowledgement. */
  readonly way: StateWay | null
  /** A chunk is out of the way of the next; its memory comes back where nobody needs it. */
  readonly onArrived: (memory: ArrayBuffer | null) => void
  readonly onFailure: (error: Error) => void
}

/** The state of one vertex, as far as it has come. */
interface Collected {
  readonly chunks: Uint8Array[]
  readonly packer: ChunkPacker
  readonly lengths: number[]
  readonly sizes: number[]
  crc: number
}

/** Collects the states of a task at its present checkpoint, chunk by chunk. */
export class StateCollector {
  readonly #options: StateCollectorOptions
  readonly #underWay = new Set<Promise<void>>()
  #checkpointId = 0
  #collected = new Map<number, Collected>()

  constructor(options: StateCollectorOptions) {
    this.#options = options
  }

  add({ checkpointId, vertexId, chunk }: StateChunk): void {
    if (checkpointId !== this.#checkpointId) {
      this.#checkpointId = checkpointId
      this.#collected = new Map()
    }
    const { way, onArrived } = this.#options
    let state = this.#collected.get(vertexId)
    if (state === undefined) {
      state = { chunks: [], packer: new ChunkPacker(), lengths: [], sizes: [], crc: 0 }
      this.#collected.set(vertexId, state)
    }
    if (way === null) {
      state.chunks.push(chunk)
      onArrived(null)
      return
    }
    const packed = state.packer.pack(chunk)
    const index = state.lengths.push(packed.length) - 1
    state.sizes.push(chunk.length)
    state.crc = crcOf([packed], state.crc)
    const stored = way.shelf.put(way.nameOf(checkpointId, vertexId), index, packed)
    const put = this.#arrival(stored, chunk.buffer)
    this.#underWay.add(put)
    void put.then(() => this.#underWay.delete(put))
  }

  /** Undefined when all chunks have arrived; never rejects. */
  arrived(): Promise<unknown> | undefined {
    return this.#underWay.size === 0 ? undefined : Promise.all(this.#underWay)
  }

  /** What stands for the states in the acknowledgement of a checkpoint, by vertex. */
  statesOf(checkpointId: number): { [vertexId: number]: StoredState | readonly Uint8Array[] } {
    const states: { [vertexId: number]: StoredState | readonly Uint8Array[] } = {}
    if (checkpointId !== this.#checkpointId) return states
    const { way } = this.#options
    for (const [vertexId, { chunks, lengths, sizes, crc }] of this.#collected) {
      states[vertexId] =
        way === null
          ? chunks
          : { kind: 'stored', name: way.nameOf(checkpointId, vertexId), lengths, sizes, crc }
    }
    this.#collected = new Map()
    return states
  }

  async #arrival(stored: Promise<void>, memory: ArrayBuffer): Promise<void> {
    const { onArrived, onFailure } = this.#options
    try {
      await stored
      onArrived(memory)
    } catch (thrown) {
      onFailure(thrown as Error)
    }
  }
}
