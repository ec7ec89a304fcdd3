import { assert } from '../../errors/index.ts'
import type { Control } from '../../isolate/index.ts'
import type { Batch } from '../../rows/index.ts'
import { aligned, readBatch, ReceivedTables } from '../codec/index.ts'
import type { EdgeReader } from '../edge.ts'
import { FrameReader } from './frames.ts'
import { FrameKind, HEAD, listen, openRing, type RingMemory } from './ringMemory.ts'

const decoder = new TextDecoder()

/** A message that comes in parts. */
interface Incoming {
  readonly kind: FrameKind
  readonly buffer: ArrayBuffer
  readonly sizeBytes: number
  receivedBytes: number
}

/** The receiving end of an edge between two isolates. */
export class RingReader implements EdgeReader {
  readonly #ring: RingMemory
  readonly #frames: FrameReader
  readonly #tables = new ReceivedTables()
  #incoming: Incoming | null = null
  #closed = false

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = openRing(buffer)
    this.#frames = new FrameReader(this.#ring)
  }

  /** The next batch or control item, or null when none is there. What it returns may be kept. */
  poll(): Batch | Control | null {
    const frames = this.#frames
    while (frames.next()) {
      const item = this.#take(frames)
      if (item !== null) return item
    }
    return null
  }

  /**
   * Calls `wake` when something may have come, until `close`. It does not keep a thread alive: one
   * without a message listener or a timer ends when it has nothing else to do.
   */
  listen(wake: () => void): void {
    void listen(this.#ring.memory.int32, HEAD, () => {
      if (!this.#closed) wake()
      return !this.#closed
    })
  }

  /** Ends `listen`. */
  close(): void {
    this.#closed = true
    Atomics.notify(this.#ring.memory.int32, HEAD)
  }

  #take(frames: FrameReader): Batch | Control | null {
    const { memory } = this.#ring
    const { kind, start, sizeBytes } = frames
    switch (kind) {
      case FrameKind.batch:
      case FrameKind.table: {
        const { buffer } = memory.bytes.slice(start, start + aligned(sizeBytes))
        frames.release()
        return this.#receive(kind, buffer as ArrayBuffer, sizeBytes)
      }
      case FrameKind.part: {
        const complete = this.#addPart(start, sizeBytes)
        frames.release()
        return complete === null
          ? null
          : this.#receive(complete.kind, complete.buffer, complete.sizeBytes)
      }
      default: {
        const number = memory.float64[start >> 3]!
        frames.release()
        return controlOf(kind, number)
      }
    }
  }

  #receive(kind: FrameKind, buffer: ArrayBuffer, sizeBytes: number): Batch | null {
    if (kind === FrameKind.batch) return readBatch(buffer, this.#tables)
    const tableNumber = new Int32Array(buffer, 0, 1)[0]!
    this.#tables.add(tableNumber, decoder.decode(new Uint8Array(buffer, 4, sizeBytes - 4)))
    return null
  }

  /** The message when this part was its last. */
  #addPart(start: number, sizeBytes: number): Incoming | null {
    const { memory } = this.#ring
    const totalBytes = memory.int32[start >> 2]!
    this.#incoming ??= {
      kind: memory.int32[(start >> 2) + 1] as FrameKind,
      buffer: new ArrayBuffer(aligned(totalBytes)),
      sizeBytes: totalBytes,
      receivedBytes: 0,
    }
    const incoming = this.#incoming
    const piece = memory.bytes.subarray(start + 8, start + sizeBytes)
    new Uint8Array(incoming.buffer).set(piece, incoming.receivedBytes)
    incoming.receivedBytes += piece.length
    if (incoming.receivedBytes < incoming.sizeBytes) return null
    this.#incoming = null
    return incoming
  }
}

const controlOf = (kind: FrameKind, number: number): Control => {
  switch (kind) {
    case FrameKind.barrier:
      return { kind: 'barrier', checkpointId: number }
    case FrameKind.watermark:
      return { kind: 'watermark', timestampMs: number }
    default:
      assert(kind === FrameKind.end, 'a ring has frames of known kinds')
      return { kind: 'end' }
  }
}
