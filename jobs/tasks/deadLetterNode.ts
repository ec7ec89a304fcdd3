import type { Acknowledge, Emitter, Node } from '../../runtime/isolate/index.ts'
import { BATCH_ROWS, batchOfRows, type TableSchema, type Value } from '../../runtime/rows/index.ts'

export interface DeadLetterNodeOptions {
  /** The id under which it acknowledges: beyond the plan's vertices. */
  readonly vertexId: number
  readonly table: TableSchema
  readonly emitter: Emitter
  readonly acknowledge: Acknowledge
  /** Whether all other nodes of the group have acknowledged a checkpoint. */
  readonly othersAcknowledged: (checkpointId: number) => boolean
  /** Whether all nodes that may reject rows are done. */
  readonly othersDone: () => boolean
}

/** How many rejected rows wait at most; then the sources wait. */
const rowsMax = 16 * BATCH_ROWS

/**
 * Brings rejected rows to their sink as if it were a source. Its barrier follows those of all other
 * nodes, so that a row rejected before a checkpoint is written before it too.
 */
export class DeadLetterNode implements Node {
  readonly vertexId: number
  readonly #options: DeadLetterNodeOptions
  #rows: Value[][] = []
  #triggered = -1
  #acknowledged = -1
  done = false

  constructor(options: DeadLetterNodeOptions) {
    this.vertexId = options.vertexId
    this.#options = options
  }

  add(row: Value[]): void {
    this.#rows.push(row)
  }

  get full(): boolean {
    return this.#rows.length >= rowsMax
  }

  call(): boolean {
    if (this.done) return false
    const { emitter, table, othersAcknowledged, othersDone } = this.#options
    if (this.#rows.length > 0) {
      const batch = batchOfRows(table, this.#rows)
      if (!emitter.offer(batch)) return false
      this.#rows = []
      return true
    }
    const checkpointId = this.#triggered
    if (checkpointId > this.#acknowledged && othersAcknowledged(checkpointId)) {
      if (!emitter.offerControl({ kind: 'barrier', checkpointId })) return false
      this.#acknowledge(checkpointId)
      return true
    }
    if (!othersDone() || !emitter.offerControl({ kind: 'end' })) return false
    this.done = true
    return true
  }

  trigger(checkpointId: number): void {
    this.#triggered = checkpointId
    if (this.done) this.#acknowledge(checkpointId)
  }

  #acknowledge(checkpointId: number): void {
    this.#acknowledged = checkpointId
    this.#options.acknowledge(checkpointId, this.vertexId, null)
  }
}
