import { ChunkWriter, type Operator, type Snapshot } from '../operators/index.ts'
import type { Batch } from '../rows/index.ts'
import { Alignment } from './alignment.ts'
import type { Emitter } from './emitter.ts'
import type { Acknowledge, Control, Node, Target } from './items.ts'
import type { StateOutlet } from './stateOutlet.ts'

export interface OperatorNodeOptions {
  readonly vertexId: number
  readonly operator: Operator
  readonly inputCount: number
  readonly emitter: Emitter
  readonly exactlyOnce: boolean
  readonly acknowledge: Acknowledge
  /** Takes the state; what is acknowledged is that all of it was sent. */
  readonly outlet: StateOutlet
}

/** How much of a snapshot is taken at a time: rows must not wait for more than a millisecond or so. */
const SLICE_BYTES = 64 * 1024

/** A snapshot that is being taken while rows go on. */
interface Saving {
  readonly checkpointId: number
  readonly snapshot: Snapshot
  readonly writer: ChunkWriter
  /** Chunks that wait for the outlet. */
  readonly chunks: Uint8Array<ArrayBuffer>[]
  isTaken: boolean
}

/**
 * An operator with its inputs and receivers: aligns barriers, coalesces watermarks, completes the
 * operator when all inputs have ended. While a control item waits for its receivers, or a batch of
 * one input was taken in part, everything else is refused.
 */
export class OperatorNode implements Node, Target {
  readonly vertexId: number
  readonly #options: OperatorNodeOptions
  readonly #alignment: Alignment
  readonly #watermarks: Float64Array
  #watermark = Number.NEGATIVE_INFINITY
  #watermarkDue = false
  #outgoing: Control | null = null
  #interruptedInput = -1
  #completing = false
  #triggered = -1
  #acknowledged = -1
  #saving: Saving | null = null
  done = false

  constructor(options: OperatorNodeOptions) {
    this.vertexId = options.vertexId
    this.#options = options
    this.#alignment = new Alignment(options.inputCount, options.exactlyOnce)
    this.#watermarks = new Float64Array(options.inputCount).fill(Number.NEGATIVE_INFINITY)
  }

  acceptBatch(input: number, batch: Batch): boolean {
    if (this.#outgoing !== null || this.#watermarkDue || this.#alignment.blocks(input)) return false
    if (this.#interruptedInput !== -1 && this.#interruptedInput !== input) return false
    const taken = this.#options.operator.process(input, batch, this.#options.emitter)
    this.#interruptedInput = taken ? -1 : input
    return taken
  }

  acceptControl(input: number, control: Control): boolean {
    if (this.#outgoing !== null || this.#watermarkDue || this.#interruptedInput !== -1) return false
    if (this.#alignment.blocks(input)) return false
    switch (control.kind) {
      case 'barrier':
        this.#alignment.barrier(input, control.checkpointId)
        this.#snapshotIfAligned()
        break
      case 'watermark':
        this.#advanceWatermark(input, control.timestampMs)
        break
      case 'end':
        this.#alignment.end(input)
        this.#options.operator.inputEnded?.(input)
        this.#snapshotIfAligned()
        this.#completing = this.#alignment.allEnded
        if (!this.#completing) this.#advanceWatermark(input, Number.POSITIVE_INFINITY)
        break
      default:
        control satisfies never
    }
    this.#advance()
    return true
  }

  call(): boolean {
    const saved = this.#saveSlice()
    return this.#advance() || saved
  }

  trigger(checkpointId: number): void {
    if (this.#acknowledged >= checkpointId) return
    this.#triggered = checkpointId
    if (this.done) this.#acknowledge(checkpointId)
  }

  #advance(): boolean {
    if (this.done || this.#interruptedInput !== -1) return false
    let progress = false
    if (this.#watermarkDue && this.#outgoing === null) {
      const { operator, emitter } = this.#options
      if (!(operator.watermark?.(this.#watermark, emitter) ?? true)) return false
      this.#watermarkDue = false
      this.#outgoing = { kind: 'watermark', timestampMs: this.#watermark }
      progress = true
    }
    if (this.#outgoing !== null) {
      if (!this.#options.emitter.offerControl(this.#outgoing)) return progress
      const ended = this.#outgoing.kind === 'end'
      this.#outgoing = null
      if (ended) this.#finish()
      progress = true
    }
    if (this.#completing && !this.done) {
      const { operator, emitter } = this.#options
      if (!(operator.complete?.(emitter) ?? true)) return progress
      this.#completing = false
      this.#outgoing = { kind: 'end' }
      this.#advance()
      return true
    }
    return progress
  }

  #finish(): void {
    this.done = true
    if (this.#triggered > this.#acknowledged) this.#acknowledge(this.#triggered)
  }

  #snapshotIfAligned(): void {
    const checkpointId = this.#alignment.completed
    if (checkpointId === -1) return
    this.#acknowledge(checkpointId)
    this.#alignment.release()
    if (!this.#alignment.allEnded) this.#outgoing = { kind: 'barrier', checkpointId }
  }

  #acknowledge(checkpointId: number): void {
    this.#acknowledged = checkpointId
    const { operator, outlet } = this.#options
    if (operator.snapshot === undefined) {
      this.#options.acknowledge(checkpointId, this.vertexId, null)
      return
    }
    const chunks: Uint8Array<ArrayBuffer>[] = []
    const writer = new ChunkWriter({
      allocate: (sizeBytes) => outlet.allocate(sizeBytes),
      add: (chunk) => chunks.push(chunk),
    })
    const snapshot = operator.snapshot(writer)
    this.#saving = { checkpointId, snapshot, writer, chunks, isTaken: false }
    // A small one is whole at once.
    this.#saveSlice()
  }

  #saveSlice(): boolean {
    const saving = this.#saving
    if (saving === null || !this.#options.outlet.hasRoom) return false
    const { checkpointId, snapshot, writer, chunks } = saving
    if (!saving.isTaken && chunks.length === 0) {
      saving.isTaken = snapshot.take(SLICE_BYTES)
      if (saving.isTaken) writer.finish()
    }
    const chunk = chunks.shift()
    if (chunk !== undefined) this.#options.outlet.send(checkpointId, this.vertexId, chunk)
    if (saving.isTaken && chunks.length === 0) {
      this.#saving = null
      this.#options.outlet.flush()
      this.#options.acknowledge(checkpointId, this.vertexId, null)
    }
    return true
  }

  #advanceWatermark(input: number, timestampMs: number): void {
    this.#watermarks[input] = timestampMs
    const lowest = Math.min(...this.#watermarks)
    if (lowest <= this.#watermark || lowest === Number.POSITIVE_INFINITY) return
    this.#watermark = lowest
    this.#watermarkDue = true
  }
}
