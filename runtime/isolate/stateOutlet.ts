import { CHUNK_BYTES } from '../operators/index.ts'

/** Takes the chunks of the states of operators out of the isolate. */
export interface StateOutlet {
  /** False while so much is on its way that the next chunk must wait. */
  readonly hasRoom: boolean
  /** Memory for a chunk of so many bytes. */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer>
  /** The memory of the chunk is of no use here any more. */
  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void
}

/** Chunks that are on their way at once. */
const CHUNKS_MAX = 8
/** A smaller part of a chunk is sent as a copy: it may be kept, and its memory is not worth it. */
const SMALL_BYTES = CHUNK_BYTES / 4

/** An outlet with bounded memory: that of chunks that have arrived comes back and is used again. */
export class BoundedOutlet implements StateOutlet {
  readonly #send: StateOutlet['send']
  readonly #free: ArrayBuffer[] = []
  #onWayCount = 0

  constructor(send: StateOutlet['send']) {
    this.#send = send
  }

  get hasRoom(): boolean {
    return this.#onWayCount < CHUNKS_MAX
  }

  allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const isUsual = sizeBytes === CHUNK_BYTES
    return new Uint8Array((isUsual ? this.#free.pop() : undefined) ?? new ArrayBuffer(sizeBytes))
  }

  send(checkpointId: number, vertexId: number, chunk: Uint8Array<ArrayBuffer>): void {
    this.#onWayCount += 1
    if (chunk.length >= SMALL_BYTES) this.#send(checkpointId, vertexId, chunk)
    else {
      this.#keep(chunk.buffer)
      this.#send(checkpointId, vertexId, chunk.slice())
    }
  }

  /** A chunk has arrived; its memory may come back. */
  arrived(memory: ArrayBuffer | null): void {
    this.#onWayCount -= 1
    if (memory !== null) this.#keep(memory)
  }

  #keep(memory: ArrayBuffer): void {
    if (memory.byteLength === CHUNK_BYTES && this.#free.length < CHUNKS_MAX) this.#free.push(memory)
  }
}
