import { EngineError } from '../../errors/index.ts'
import type { Clock, Connection } from '../../host/index.ts'
import type { Control } from '../../isolate/index.ts'
import type { Batch } from '../../rows/index.ts'
import {
  aligned,
  memoryOf,
  prepareBatch,
  SentTables,
  writeBatch,
  type Memory,
} from '../codec/index.ts'
import { controlNumber } from '../controlNumber.ts'
import type { EdgeWriter } from '../edge.ts'
import { encodeHello, HEAD_BYTES, StreamFrame, WINDOW_BYTES } from './frames.ts'

/** Frames are gathered to this before they are sent, unless the isolate lets events in earlier. */
const FLUSH_BYTES = 1 << 16

const encoder = new TextEncoder()

export interface StreamWriterOptions {
  readonly clock: Clock
  readonly connection: Connection
  readonly token: string
  /** The connection broke before all was sent; called once, with a retryable error. */
  readonly fail: (error: EngineError) => void
}

/** The sending end of an edge to an isolate on another member; credits of the receiver hold it back. */
export class StreamWriter implements EdgeWriter {
  readonly #options: StreamWriterOptions
  readonly #tables = new SentTables()
  readonly #credits = new CreditReader()
  #memory: Memory = memoryOf(new ArrayBuffer(2 * FLUSH_BYTES))
  #usedBytes = 0
  #creditBytes = WINDOW_BYTES
  #flushing = false
  #ended = false
  #closed = false
  #wake: (() => void) | null = null

  constructor(options: StreamWriterOptions) {
    this.#options = options
    const { connection, token } = options
    connection.handle({
      onData: (bytes) => this.#receive(bytes),
      onClose: (error) => this.#connectionClosed(error),
    })
    connection.write(encodeHello(token))
  }

  offerBatch(batch: Batch): boolean {
    if (this.#creditBytes <= 0) return false
    const tableNumber = this.#tables.numberOf(batch.table) ?? this.#announce(batch)
    const prepared = prepareBatch(batch)
    const at = this.#reserve(StreamFrame.batch, prepared.sizeBytes)
    writeBatch(prepared, tableNumber, this.#memory, at)
    this.#sendSoon()
    return true
  }

  offerControl(control: Control): boolean {
    if (this.#creditBytes <= 0) return false
    const at = this.#reserve(StreamFrame[control.kind], 8)
    this.#memory.float64[at >> 3] = controlNumber(control)
    if (control.kind === 'end') this.#ended = true
    // The other inputs of the receiver wait for a barrier.
    if (control.kind === 'barrier') this.#flush()
    else this.#sendSoon()
    return true
  }

  listen(wake: () => void): void {
    this.#wake = wake
  }

  close(): void {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    this.#wake = null
    this.#options.connection.end()
  }

  #announce(batch: Batch): number {
    const { number, text } = this.#tables.announce(batch.table)
    const textBytes = encoder.encode(text)
    const at = this.#reserve(StreamFrame.table, 4 + textBytes.length)
    this.#memory.int32[at >> 2] = number
    this.#memory.bytes.set(textBytes, at + 4)
    return number
  }

  /** Room for a payload behind its head; the byte offset, a multiple of 8. */
  #reserve(kind: StreamFrame, sizeBytes: number): number {
    const frameBytes = HEAD_BYTES + aligned(sizeBytes)
    const neededBytes = this.#usedBytes + frameBytes
    if (neededBytes > this.#memory.bytes.length) this.#grow(neededBytes)
    const head = this.#usedBytes >> 2
    this.#memory.int32[head] = sizeBytes
    this.#memory.int32[head + 1] = kind
    this.#usedBytes += frameBytes
    this.#creditBytes -= frameBytes
    return (head << 2) + HEAD_BYTES
  }

  #grow(neededBytes: number): void {
    const larger = memoryOf(new ArrayBuffer(aligned(neededBytes + FLUSH_BYTES)))
    larger.bytes.set(this.#memory.bytes.subarray(0, this.#usedBytes))
    this.#memory = larger
  }

  /**
   * At once when enough is gathered, else when the isolate lets events in: it may pause many times
   * before that, for a promise that a sink keeps at once.
   */
  #sendSoon(): void {
    if (this.#usedBytes >= FLUSH_BYTES) this.#flush()
    else if (!this.#flushing) {
      this.#flushing = true
      void this.#options.clock.yield().then(() => {
        this.#flushing = false
        this.#flush()
      })
    }
  }

  #flush(): void {
    if (this.#usedBytes === 0 || this.#closed) return
    this.#options.connection.write(this.#memory.bytes.subarray(0, this.#usedBytes))
    this.#usedBytes = 0
    // A giant batch shall not keep its room for good.
    if (this.#memory.bytes.length > WINDOW_BYTES) {
      this.#memory = memoryOf(new ArrayBuffer(2 * FLUSH_BYTES))
    }
  }

  #receive(bytes: Uint8Array): void {
    const wasBlocked = this.#creditBytes <= 0
    this.#creditBytes += this.#credits.sum(bytes)
    if (wasBlocked && this.#creditBytes > 0) this.#wake?.()
  }

  #connectionClosed(error: Error | undefined): void {
    if (this.#closed || this.#ended) return
    this.#closed = true
    this.#options.fail(lostEdge(this.#options.connection, error))
  }
}

/** The error of an edge whose other end is gone. */
export const lostEdge = ({ remote }: Connection, error: Error | undefined): EngineError => {
  const reason = error === undefined ? '' : `: ${error.message}`
  const text = `The connection to the task on ${remote.host} broke${reason}.`
  return new EngineError('JOB-020', text, { retry: 'backoff' })
}

/** Adds up credit frames that come in any pieces. */
class CreditReader {
  readonly #head = new Uint8Array(HEAD_BYTES)
  readonly #words = new Int32Array(this.#head.buffer)
  #gatheredBytes = 0

  sum(bytes: Uint8Array): number {
    let sum = 0
    for (const byte of bytes) {
      this.#head[this.#gatheredBytes] = byte
      this.#gatheredBytes += 1
      if (this.#gatheredBytes < HEAD_BYTES) continue
      this.#gatheredBytes = 0
      if (this.#words[1] === StreamFrame.credit) sum += this.#words[0]!
    }
    return sum
  }
}
