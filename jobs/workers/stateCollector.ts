import { crcOf, type StateShelf, type StoredState } from '../states/index.ts'
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
  readonly lengths: number[]
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
    const state = this.#collected.get(vertexId) ?? { chunks: [], lengths: [], crc: 0 }
    this.#collected.set(vertexId, state)
    if (way === null) {
      state.chunks.push(chunk)
      onArrived(null)
      return
    }
    const index = state.lengths.push(chunk.length) - 1
    state.crc = crcOf([chunk], state.crc)
    const put = this.#put(way, way.nameOf(checkpointId, vertexId), index, chunk)
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
    for (const [vertexId, { chunks, lengths, crc }] of this.#collected) {
      states[vertexId] =
        way === null
          ? chunks
          : { kind: 'stored', name: way.nameOf(checkpointId, vertexId), lengths, crc }
    }
    this.#collected = new Map()
    return states
  }

  async #put(
    { shelf }: StateWay,
    name: string,
    index: number,
    chunk: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const { onArrived, onFailure } = this.#options
    try {
      await shelf.put(name, index, chunk)
      onArrived(chunk.buffer)
    } catch (thrown) {
      onFailure(thrown as Error)
    }
  }
}
