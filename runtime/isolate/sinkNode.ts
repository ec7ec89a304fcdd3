import { batchBytes, type Batch } from '../rows/index.ts'
import { Alignment } from './alignment.ts'
import type { Acknowledge, Control, Node, NodeState, Target } from './items.ts'

/** What a sink node drives; the connector's writer behind an adapter. */
export interface RowSink {
  /** While the promise is pending no other method is called. */
  write(batch: Batch): void | Promise<void>
  flush(): void | Promise<void>
  /** Makes everything written ready to commit; returns the state to save. */
  prepare(checkpointId: number): Promise<NodeState>
}

export interface SinkNodeOptions {
  readonly vertexId: number
  readonly sink: RowSink
  readonly inputCount: number
  readonly exactlyOnce: boolean
  readonly acknowledge: Acknowledge
  /** The loop shall look again: a pending call has ended. */
  readonly wake: () => void
  readonly fail: (error: unknown) => void
}

/** Drives an asynchronous sink: one call at a time, refusing rows meanwhile. */
export class SinkNode implements Node, Target {
  readonly vertexId: number
  readonly #options: SinkNodeOptions
  readonly #alignment: Alignment
  #busy = false
  #unflushed = false
  #triggered = -1
  #acknowledged = -1
  rowCount = 0
  byteCount = 0
  done = false

  constructor(options: SinkNodeOptions) {
    this.vertexId = options.vertexId
    this.#options = options
    this.#alignment = new Alignment(options.inputCount, options.exactlyOnce)
  }

  acceptBatch(input: number, batch: Batch): boolean {
    if (this.#busy || this.#alignment.blocks(input)) return false
    this.rowCount += batch.rowCount
    this.byteCount += batchBytes(batch)
    this.#unflushed = true
    const written = this.#options.sink.write(batch)
    if (written !== undefined) this.#occupy(written)
    return true
  }

  acceptControl(input: number, control: Control): boolean {
    if (this.#busy || this.#alignment.blocks(input)) return false
    switch (control.kind) {
      case 'barrier':
        this.#alignment.barrier(input, control.checkpointId)
        this.#prepareIfAligned()
        break
      case 'watermark':
        break
      case 'end':
        this.#alignment.end(input)
        this.#prepareIfAligned()
        break
      default:
        control satisfies never
    }
    return true
  }

  call(): boolean {
    if (this.done || this.#busy || !this.#alignment.allEnded) return false
    if (this.#unflushed) {
      this.flush()
      return true
    }
    this.done = true
    if (this.#triggered > this.#acknowledged) this.#prepare(this.#triggered)
    return true
  }

  /** Sends what is buffered, when no call is pending; called when rows pause. */
  flush(): void {
    if (this.#busy || !this.#unflushed) return
    this.#unflushed = false
    const flushed = this.#options.sink.flush()
    if (flushed !== undefined) this.#occupy(flushed)
  }

  trigger(checkpointId: number): void {
    if (this.#acknowledged >= checkpointId) return
    this.#triggered = checkpointId
    if (this.done && !this.#busy) this.#prepare(checkpointId)
  }

  #prepareIfAligned(): void {
    const checkpointId = this.#alignment.completed
    if (checkpointId !== -1) this.#prepare(checkpointId)
  }

  #prepare(checkpointId: number): void {
    this.#acknowledged = checkpointId
    this.#unflushed = false
    this.#occupy(
      this.#options.sink.prepare(checkpointId).then((state) => {
        this.#alignment.release()
        this.#options.acknowledge(checkpointId, this.vertexId, state)
      }),
    )
  }

  #occupy(pending: Promise<void>): void {
    this.#busy = true
    pending.then(() => {
      this.#busy = false
      this.#options.wake()
    }, this.#options.fail)
  }
}
