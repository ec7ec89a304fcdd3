import { assert, type EngineError } from '../../errors/index.ts'
import type { Connection } from '../../host/index.ts'
import type { Control } from '../../isolate/index.ts'
import type { Batch } from '../../rows/index.ts'
import { aligned, readBatch, ReceivedTables } from '../codec/index.ts'
import type { EdgeReader } from '../edge.ts'
import {
  controlOf,
  encodeCredit,
  FRAME_BYTES_MAX,
  HEAD_BYTES,
  StreamFrame,
  WINDOW_BYTES,
} from './frames.ts'
import { lostEdge } from './streamWriter.ts'

const decoder = new TextDecoder()

interface Frame {
  readonly kind: StreamFrame
  readonly sizeBytes: number
  /** Of its own, so that the columns of a batch can be views of it. */
  readonly buffer: ArrayBuffer
}

/** The receiving end of an edge from an isolate on another member. */
export class StreamReader implements EdgeReader {
  readonly #fail: (error: EngineError) => void
  readonly #tables = new ReceivedTables()
  readonly #head = new Uint8Array(HEAD_BYTES)
  readonly #headWords = new Int32Array(this.#head.buffer)
  #headBytes = 0
  #frame: Frame | null = null
  #body = new Uint8Array(0)
  #bodyBytes = 0
  /** Frames that wait to be polled, from `#next` on. */
  #frames: Frame[] = []
  #next = 0
  #connection: Connection | null = null
  /** Worked off, but not granted to the sender again yet. */
  #owedBytes = 0
  #ended = false
  #closed = false
  #wake: (() => void) | null = null

  /** `fail` is called once when the connection breaks before all has come, with a retryable error. */
  constructor(fail: (error: EngineError) => void) {
    this.#fail = fail
  }

  get isConnected(): boolean {
    return this.#connection !== null
  }

  /** The sender has proven who it is; its bytes come through `receive`. */
  connected(connection: Connection): void {
    this.#connection = connection
  }

  /** Takes bytes of the stream, in any pieces; they may be reused afterwards. */
  receive(bytes: Uint8Array): void {
    let at = 0
    let hasCompleted = false
    while (at < bytes.length) {
      if (this.#frame === null) {
        const taken = bytes.subarray(at, at + HEAD_BYTES - this.#headBytes)
        this.#head.set(taken, this.#headBytes)
        this.#headBytes += taken.length
        at += taken.length
        if (this.#headBytes === HEAD_BYTES) this.#startFrame()
      } else {
        const taken = bytes.subarray(at, at + this.#body.length - this.#bodyBytes)
        this.#body.set(taken, this.#bodyBytes)
        this.#bodyBytes += taken.length
        at += taken.length
      }
      if (this.#frame === null || this.#bodyBytes < this.#body.length) continue
      this.#frames.push(this.#frame)
      if (this.#frame.kind === StreamFrame.end) this.#ended = true
      this.#frame = null
      this.#headBytes = 0
      hasCompleted = true
    }
    if (hasCompleted) this.#wake?.()
  }

  connectionClosed(error: Error | undefined): void {
    if (this.#closed || this.#ended) return
    this.#closed = true
    this.#fail(lostEdge(this.#connection!, error))
  }

  poll(): Batch | Control | null {
    while (this.#next < this.#frames.length) {
      const frame = this.#frames[this.#next]!
      this.#next += 1
      const item = this.#open(frame)
      this.#repay(HEAD_BYTES + aligned(frame.sizeBytes))
      if (item !== null) return item
    }
    if (this.#next > 0) {
      this.#frames = []
      this.#next = 0
    }
    return null
  }

  listen(wake: () => void): void {
    this.#wake = wake
  }

  close(): void {
    this.#closed = true
    this.#wake = null
    this.#connection?.end()
  }

  #startFrame(): void {
    const sizeBytes = this.#headWords[0]!
    const kind = this.#headWords[1]! as StreamFrame
    assert(sizeBytes >= 0 && sizeBytes <= FRAME_BYTES_MAX, 'a frame of an edge has a sane size')
    const buffer = new ArrayBuffer(aligned(sizeBytes))
    this.#frame = { kind, sizeBytes, buffer }
    this.#body = new Uint8Array(buffer)
    this.#bodyBytes = 0
  }

  #open({ kind, sizeBytes, buffer }: Frame): Batch | Control | null {
    if (kind === StreamFrame.batch) return readBatch(buffer, this.#tables)
    if (kind === StreamFrame.table) {
      const tableNumber = new Int32Array(buffer, 0, 1)[0]!
      this.#tables.add(tableNumber, decoder.decode(new Uint8Array(buffer, 4, sizeBytes - 4)))
      return null
    }
    const control = controlOf(kind, new Float64Array(buffer)[0]!)
    assert(control !== undefined, 'an edge has frames of known kinds')
    return control
  }

  /** A quarter of the window at a time: a sender that hears of each frame does little else. */
  #repay(sizeBytes: number): void {
    this.#owedBytes += sizeBytes
    if (this.#owedBytes < WINDOW_BYTES / 4 || this.#closed) return
    this.#connection!.write(encodeCredit(this.#owedBytes))
    this.#owedBytes = 0
  }
}
