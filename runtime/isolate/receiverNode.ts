import type { Batch } from '../rows/index.ts'
import type { Receiver } from './emitter.ts'
import type { Control, Node } from './items.ts'

/** The end of an edge from another isolate. */
export interface ItemReader {
  /** The next item, or null when none is there. */
  poll(): Batch | Control | null
}

/** How many items one call takes at most. */
const itemsMax = 16

/** Brings what comes from another isolate to a node of this one. It has no state of its own. */
export class ReceiverNode implements Node {
  readonly vertexId: number
  readonly #reader: ItemReader
  readonly #receiver: Receiver
  #item: Batch | Control | null = null
  done = false

  constructor(vertexId: number, reader: ItemReader, receiver: Receiver) {
    this.vertexId = vertexId
    this.#reader = reader
    this.#receiver = receiver
  }

  call(): boolean {
    if (this.done) return false
    for (let count = 0; count < itemsMax; count += 1) {
      this.#item ??= this.#reader.poll()
      if (this.#item === null || !this.#offer(this.#item)) return count > 0
      this.#item = null
      if (this.done) return true
    }
    return true
  }

  trigger(): void {}

  #offer(item: Batch | Control): boolean {
    const { target, input } = this.#receiver
    if (!('kind' in item)) return target.acceptBatch(input, item)
    if (!target.acceptControl(input, item)) return false
    this.done = item.kind === 'end'
    return true
  }
}
