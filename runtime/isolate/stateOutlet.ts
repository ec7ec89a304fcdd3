import type { Clock, Timer } from '../host/index.ts'
import { CHUNK_BYTES, ChunkPacker } from '../operators/index.ts'

/** Takes the chunks of the states of operators out of the isolate. */
export interface StateOutlet {
  /** False while the next chunk must wait: for those on their way, or for rows. */
  readonly hasRoom: boolean
  /** Memory for a chunk of so many bytes. */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer>
  /** Sends a chunk, packed where it shrinks; its memory is of no use to the caller any more. */
  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void
}

export interface BoundedOutletOptions {
  readonly clock: Clock
  /** For so long the chunks of a checkpoint give way to rows; later they go as fast as they can. */
  readonly givesWayMs: number
  readonly send: StateOutlet['send']
  /** The next chunk need not wait any more. */
  readonly wake: () => void
}

/** Chunks that are on their way at once. */
const CHUNKS_MAX = 4
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
  readonly #free: ArrayBuffer[] = []
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
    if (this.#onWayCount >= CHUNKS_MAX) return false
    if (this.#isReleased) return true
    const nowMs = this.#options.clock.monotonic()
    const isPaused = this.#onWayCount > 0 || nowMs < this.#pauseEndMs
    this.#isHeld = isPaused && nowMs - this.#beganMs < this.#options.givesWayMs
    return !this.#isHeld
  }

  allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const isUsual = sizeBytes === CHUNK_BYTES
    return new Uint8Array((isUsual ? this.#free.pop() : undefined) ?? new ArrayBuffer(sizeBytes))
  }

  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void {
    const { clock, send } = this.#options
    this.#onWayCount += 1
    this.#isReleased = false
    this.#sentMs = clock.monotonic()
    if (checkpointId !== this.#checkpointId) {
      this.#checkpointId = checkpointId
      this.#beganMs = this.#sentMs
    }
    const packed = this.#packer.pack(chunk)
    if (packed !== chunk) {
      this.#keep(chunk.buffer)
      send(checkpointId, vertexId, packed)
    } else if (chunk.length < SMALL_BYTES && this.#keep(chunk.buffer)) {
      send(checkpointId, vertexId, chunk.slice())
    } else send(checkpointId, vertexId, chunk)
  }

  /** A chunk has arrived; its memory may come back. */
  arrived(memory: ArrayBuffer | null): void {
    this.#onWayCount -= 1
    const { clock, wake } = this.#options
    const nowMs = clock.monotonic()
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FACTOR * (nowMs - this.#sentMs))
    this.#pauseEndMs = nowMs + pauseMs
    this.#pause?.cancel()
    this.#pause = clock.timer(pauseMs, wake)
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

  /** True for memory that can be that of another chunk. */
  #keep(memory: ArrayBuffer): boolean {
    if (memory.byteLength !== CHUNK_BYTES) return false
    if (this.#free.length < CHUNKS_MAX) this.#free.push(memory)
    return true
  }
}
