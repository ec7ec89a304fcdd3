import type { Clock, Timer } from '../host/index.ts'
import {
  BodyPacker,
  CHUNK_BYTES,
  PIECE_HEAD_BYTES,
  PLAIN,
  writePiece,
  type Piece,
} from '../operators/index.ts'

/** Takes the chunks of the states of operators out of the isolate. */
export interface StateOutlet {
  /** False while the next chunk must wait: for those on their way, or for rows. */
  readonly hasRoom: boolean
  /** Memory for a chunk of so many bytes. */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer>
  /**
   * Sends a chunk of one plain piece, now or with those behind it; its memory is of no use to the
   * caller any more.
   */
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
 * So much of a state goes without a pause: it takes some 15 ms, for which rows wait. What is packed
 * and sent takes the processor's caches from rows, and less often when it goes together.
 */
const BURST_BYTES = 6 * 1024 * 1024
/**
 * After a burst there is a pause of so many times what it took, and so long at most: what took longer
 * has itself waited for others.
 */
const PAUSE_FACTOR = 15
const PAUSE_MAX_MS = 400
/** A shorter message is not worth memory that is kept. */
const SMALL_MESSAGE_BYTES = MESSAGE_BYTES_MAX / 4
/** So little of the memory of a whole chunk is sent as a copy: it may be kept for long. */
const SMALL_BYTES = CHUNK_BYTES / 4

/**
 * An outlet with bounded memory: that of chunks that have arrived comes back and is used again. While
 * rows wait, chunks go in bursts, and after a burst has arrived none goes for some times as long as
 * it took: whoever deals with chunks has most of the time for rows, however busy the machine is.
 */
export class BoundedOutlet implements StateOutlet {
  readonly #options: BoundedOutletOptions
  readonly #packer = new BodyPacker()
  readonly #spareChunks: ArrayBuffer[] = []
  readonly #spareMessages: ArrayBuffer[] = []
  #waiting: Piece[] = []
  #waitingBytes = 0
  #vertexId = -1
  #onWayCount = 0
  #checkpointId = -1
  #beganMs = 0
  #burstBytes = 0
  #burstBeganMs = 0
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
    if (this.#isReleased || !this.#isBurstOver) return true
    const { clock, givesWayMs } = this.#options
    this.#isHeld = clock.monotonic() - this.#beganMs < givesWayMs
    return !this.#isHeld
  }

  allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const isUsual = sizeBytes === CHUNK_BYTES
    return new Uint8Array(
      (isUsual ? this.#spareChunks.pop() : undefined) ?? new ArrayBuffer(sizeBytes),
    )
  }

  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void {
    if (checkpointId !== this.#checkpointId || vertexId !== this.#vertexId) this.flush()
    if (checkpointId !== this.#checkpointId) this.#beganMs = this.#beginBurst()
    this.#checkpointId = checkpointId
    this.#vertexId = vertexId
    this.#isReleased = false
    this.#burstBytes += chunk.length
    const piece = this.#packer.pack(chunk.subarray(PIECE_HEAD_BYTES))
    const sizeBytes = PIECE_HEAD_BYTES + piece.body.length
    const goesAlone = piece.mark === PLAIN && sizeBytes >= SMALL_BYTES
    if (goesAlone || this.#waitingBytes + sizeBytes > MESSAGE_BYTES_MAX) this.flush()
    if (goesAlone) return this.#post(chunk)
    const isShared = this.#keep(chunk.buffer) && piece.mark === PLAIN
    this.#waiting.push(isShared ? { mark: PLAIN, body: piece.body.slice() } : piece)
    this.#waitingBytes += sizeBytes
    if (this.#isBurstOver) this.flush()
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    const message = this.#memoryFor(this.#waitingBytes)
    let at = 0
    for (const piece of this.#waiting) at = writePiece(message, at, piece)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#post(message)
  }

  /** A message has arrived; its memory may come back. */
  arrived(memory: ArrayBuffer | null): void {
    this.#onWayCount -= 1
    if (memory !== null) this.#keep(memory)
    if (this.#onWayCount > 0 || !this.#isBurstOver) return
    const { clock, wake } = this.#options
    const tookMs = clock.monotonic() - this.#burstBeganMs
    this.#pause?.cancel()
    this.#pause = clock.timer(Math.min(PAUSE_MAX_MS, PAUSE_FACTOR * tookMs), () => {
      this.#beginBurst()
      wake()
    })
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

  get #isBurstOver(): boolean {
    return this.#burstBytes >= BURST_BYTES
  }

  /** Returns when it began. */
  #beginBurst(): number {
    this.#pause?.cancel()
    this.#burstBytes = 0
    this.#burstBeganMs = this.#options.clock.monotonic()
    return this.#burstBeganMs
  }

  #post(message: Uint8Array<ArrayBuffer>): void {
    this.#onWayCount += 1
    this.#options.send(this.#checkpointId, this.#vertexId, message)
  }

  #memoryFor(messageBytes: number): Uint8Array<ArrayBuffer> {
    if (messageBytes < SMALL_MESSAGE_BYTES || messageBytes > MESSAGE_BYTES_MAX) {
      return new Uint8Array(messageBytes)
    }
    const memory = this.#spareMessages.pop() ?? new ArrayBuffer(MESSAGE_BYTES_MAX)
    return new Uint8Array(memory, 0, messageBytes)
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
