import type { Clock, Timer } from '../host/index.ts'
import { CHUNK_BYTES, ChunkPacker } from '../operators/index.ts'

/** Takes the chunks of the states of operators out of the isolate. */
export interface StateOutlet {
  /** False while the next chunk must wait: for those on their way, or for rows. */
  readonly hasRoom: boolean
  /** Memory for a chunk of so many bytes. */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer>
  /** Sends a chunk, now or with those behind it; its memory is of no use to the caller any more. */
  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void
  /** Sends what waits for more: nothing comes behind it. */
  flush(): void
}

export interface BoundedOutletOptions {
  readonly clock: Clock
  /** For so long the chunks of a checkpoint give way to rows; later they go as fast as they can. */
  readonly givesWayMs: number
  readonly send: StateOutlet['send']
  /** The next chunk need not wait any more. */
  readonly wake: () => void
}

/** Messages that are on their way at once. */
const MESSAGES_MAX = 4
/** Pieces of memory for chunks that are kept: rows that change states write ahead of what is sent. */
const SPARE_CHUNKS_MAX = 8
/**
 * Packed chunks go together up to so many bytes: each message takes time of four processes, on its
 * way there and on that of its answer. Members use memory for messages of 512 KB again.
 */
const MESSAGE_BYTES_MAX = 480 * 1024
/**
 * After a chunk there is a pause of so many times what it took, and so long at most: what took longer
 * has itself waited for others.
 */
const PAUSE_FACTOR = 10
const PAUSE_MAX_MS = 80
/** So little of the memory of a whole chunk is sent as a copy: it may be kept for long. */
const SMALL_BYTES = CHUNK_BYTES / 4

/**
 * An outlet with bounded memory: that of chunks that have arrived comes back and is used again. While
 * rows wait, one chunk is on its way at a time, and then none for some times as long as it took:
 * whoever deals with chunks has most of the time for rows, however busy the machine is.
 */
export class BoundedOutlet implements StateOutlet {
  readonly #options: BoundedOutletOptions
  readonly #packer = new ChunkPacker()
  readonly #spareChunks: ArrayBuffer[] = []
  readonly #spareMessages: ArrayBuffer[] = []
  #waiting: Uint8Array<ArrayBuffer>[] = []
  #waitingBytes = 0
  #vertexId = -1
  #onWayCount = 0
  #checkpointId = -1
  #beganMs = 0
  #sentMs = 0
  #pauseEndMs = 0
  #pause: Timer | null = null
  /** A chunk was refused for the sake of rows. */
  #isHeld = false
  /** No row waits: the next chunk need not either. */
  #isReleased = false

  constructor(options: BoundedOutletOptions) {
    this.#options = options
  }

  get hasRoom(): boolean {
    if (this.#onWayCount >= MESSAGES_MAX) return false
    if (this.#isReleased) return true
    const nowMs = this.#options.clock.monotonic()
    const isPaused = this.#onWayCount > 0 || nowMs < this.#pauseEndMs
    this.#isHeld = isPaused && nowMs - this.#beganMs < this.#options.givesWayMs
    return !this.#isHeld
  }

  allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const isUsual = sizeBytes === CHUNK_BYTES
    return new Uint8Array(
      (isUsual ? this.#spareChunks.pop() : undefined) ?? new ArrayBuffer(sizeBytes),
    )
  }

  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void {
    const { clock } = this.#options
    const nowMs = clock.monotonic()
    if (checkpointId !== this.#checkpointId) this.#beganMs = nowMs
    if (checkpointId !== this.#checkpointId || vertexId !== this.#vertexId) this.flush()
    this.#checkpointId = checkpointId
    this.#vertexId = vertexId
    this.#isReleased = false
    const packed = this.#packer.pack(chunk)
    const isPacked = packed !== chunk
    const goesAlone = !isPacked && chunk.length >= SMALL_BYTES
    if (goesAlone || this.#waitingBytes + packed.length > MESSAGE_BYTES_MAX) this.flush()
    if (goesAlone) return this.#post(chunk)
    const isKept = this.#keep(chunk.buffer)
    this.#waiting.push(isPacked || !isKept ? packed : chunk.slice())
    this.#waitingBytes += packed.length
    this.#pauseAfter(nowMs)
  }

  flush(): void {
    const pieces = this.#waiting
    if (pieces.length === 0) return
    this.#waiting = []
    this.#waitingBytes = 0
    this.#post(pieces.length === 1 ? pieces[0]! : this.#joined(pieces))
  }

  /** A message has arrived; its memory may come back. */
  arrived(memory: ArrayBuffer | null): void {
    this.#onWayCount -= 1
    this.#pauseAfter(this.#sentMs)
    if (memory !== null) this.#keep(memory)
  }

  close(): void {
    this.#pause?.cancel()
  }

  /** No row waits; true when a chunk can go that had to wait for rows. */
  release(): boolean {
    this.#isReleased = this.#isHeld
    this.#isHeld = false
    return this.#isReleased
  }

  #post(message: Uint8Array<ArrayBuffer>): void {
    this.#onWayCount += 1
    this.#sentMs = this.#options.clock.monotonic()
    this.#options.send(this.#checkpointId, this.#vertexId, message)
  }

  #pauseAfter(beganMs: number): void {
    const { clock, wake } = this.#options
    const nowMs = clock.monotonic()
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FACTOR * (nowMs - beganMs))
    this.#pauseEndMs = nowMs + pauseMs
    this.#pause?.cancel()
    this.#pause = clock.timer(pauseMs, wake)
  }

  #joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const memory = this.#spareMessages.pop() ?? new ArrayBuffer(MESSAGE_BYTES_MAX)
    const message = new Uint8Array(memory)
    let at = 0
    for (const piece of pieces) {
      message.set(piece, at)
      at += piece.length
    }
    return message.subarray(0, at)
  }

  /** True for memory that can be that of another chunk or message. */
  #keep(memory: ArrayBuffer): boolean {
    const { byteLength } = memory
    if (byteLength !== CHUNK_BYTES && byteLength !== MESSAGE_BYTES_MAX) return false
    const isChunk = byteLength === CHUNK_BYTES
    const spares = isChunk ? this.#spareChunks : this.#spareMessages
    if (spares.length < (isChunk ? SPARE_CHUNKS_MAX : MESSAGES_MAX)) spares.push(memory)
    return true
  }
}
