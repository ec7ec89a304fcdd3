import { assert } from '../../errors/index.ts'
import type { Control } from '../../isolate/index.ts'
import type { Batch } from '../../rows/index.ts'
import {
  memoryOf,
  prepareBatch,
  SentTables,
  writeBatch,
  type PreparedBatch,
} from '../codec/index.ts'
import { controlNumber } from '../controlNumber.ts'
import type { EdgeWriter } from '../edge.ts'
import { FrameWriter } from './frames.ts'
import { FrameKind, listen, openRing, TAIL, type RingMemory } from './ringMemory.ts'

const encoder = new TextEncoder()

/** A message that goes out before anything else. */
interface Outgoing {
  readonly kind: FrameKind
  readonly bytes: Uint8Array
  sentBytes: number
}

/**
 * The sending end of an edge between two isolates. What it refuses is to be offered again, before
 * anything else, when there is room; the ring's capacity is the flow control.
 */
export class RingWriter implements EdgeWriter {
  readonly #ring: RingMemory
  readonly #frames: FrameWriter
  readonly #tables = new SentTables()
  #outgoing: Outgoing | null = null
  /** The batch that is going out in parts. */
  #split: Batch | null = null
  /** The batch that was refused, measured. */
  #refused: PreparedBatch | null = null
  #closed = false

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = openRing(buffer)
    this.#frames = new FrameWriter(this.#ring)
  }

  /** False for "not now". A batch that is larger than the ring goes in parts over several calls. */
  offerBatch(batch: Batch): boolean {
    if (!this.#flush()) return false
    if (this.#split !== null) {
      assert(this.#split === batch, 'a refused batch is offered again')
      this.#split = null
      return true
    }
    const tableNumber = this.#tables.numberOf(batch.table) ?? this.#announce(batch)
    if (!this.#flush()) return false
    const prepared = this.#refused?.batch === batch ? this.#refused : prepareBatch(batch)
    this.#refused = null
    if (prepared.sizeBytes > this.#ring.payloadBytesMax) {
      return this.#offerInParts(prepared, tableNumber)
    }
    const at = this.#frames.reserve(FrameKind.batch, prepared.sizeBytes)
    if (at < 0) {
      this.#refused = prepared
      return false
    }
    writeBatch(prepared, tableNumber, this.#ring.memory, at)
    this.#frames.commit()
    return true
  }

  /** False for "not now". */
  offerControl(control: Control): boolean {
    if (!this.#flush()) return false
    assert(this.#split === null && this.#refused === null, 'a refused batch is offered again')
    const at = this.#frames.reserve(FrameKind[control.kind], 8)
    if (at < 0) return false
    this.#ring.memory.float64[at >> 3] = controlNumber(control)
    this.#frames.commit()
    return true
  }

  /** Calls `wake` when there may be room again, until `close`. As a reader's, it keeps nothing alive. */
  listen(wake: () => void): void {
    void listen(this.#ring.memory.int32, TAIL, () => {
      if (!this.#closed) wake()
      return !this.#closed
    })
  }

  /** Ends `listen`; what is in the ring stays there for the reader. */
  close(): void {
    this.#closed = true
    Atomics.notify(this.#ring.memory.int32, TAIL)
  }

  #announce(batch: Batch): number {
    const { number, text } = this.#tables.announce(batch.table)
    const textBytes = encoder.encode(text)
    const bytes = new Uint8Array(4 + textBytes.length)
    new Int32Array(bytes.buffer, 0, 1)[0] = number
    bytes.set(textBytes, 4)
    this.#outgoing = { kind: FrameKind.table, bytes, sentBytes: 0 }
    return number
  }

  #offerInParts(prepared: PreparedBatch, tableNumber: number): boolean {
    const buffer = new ArrayBuffer(prepared.sizeBytes)
    writeBatch(prepared, tableNumber, memoryOf(buffer), 0)
    this.#outgoing = { kind: FrameKind.batch, bytes: new Uint8Array(buffer), sentBytes: 0 }
    this.#split = prepared.batch
    if (!this.#flush()) return false
    this.#split = null
    return true
  }

  /** Sends what is outgoing; false when the ring is full before all of it is in. */
  #flush(): boolean {
    const outgoing = this.#outgoing
    if (outgoing === null) return true
    const sent =
      outgoing.bytes.length <= this.#ring.payloadBytesMax
        ? this.#sendWhole(outgoing)
        : this.#sendParts(outgoing)
    if (sent) this.#outgoing = null
    return sent
  }

  #sendWhole({ kind, bytes }: Outgoing): boolean {
    const at = this.#frames.reserve(kind, bytes.length)
    if (at < 0) return false
    this.#ring.memory.bytes.set(bytes, at)
    this.#frames.commit()
    return true
  }

  /** A part is a quarter of the ring, so that the reader works on one while the next is written. */
  #sendParts(outgoing: Outgoing): boolean {
    const { memory, payloadBytesMax } = this.#ring
    const partBytesMax = payloadBytesMax >> 1
    const { kind, bytes } = outgoing
    while (outgoing.sentBytes < bytes.length) {
      const size = Math.min(partBytesMax, bytes.length - outgoing.sentBytes)
      const at = this.#frames.reserve(FrameKind.part, 8 + size)
      if (at < 0) return false
      memory.int32[at >> 2] = bytes.length
      memory.int32[(at >> 2) + 1] = kind
      memory.bytes.set(bytes.subarray(outgoing.sentBytes, outgoing.sentBytes + size), at + 8)
      this.#frames.commit()
      outgoing.sentBytes += size
    }
    return true
  }
}
