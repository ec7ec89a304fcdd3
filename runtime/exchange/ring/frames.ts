import { aligned } from '../codec/index.ts'
import {
  DATA_START_BYTES,
  FRAME_HEAD_BYTES,
  FrameKind,
  HEAD,
  TAIL,
  UNIT_BYTES,
  WANTS_ROOM,
  type RingMemory,
} from './ringMemory.ts'

/** Puts frames into a ring. */
export class FrameWriter {
  readonly #ring: RingMemory
  #head: number
  #nextHead: number
  /** The reader's position when last looked at: it is at least as far now. */
  #tail: number

  constructor(ring: RingMemory) {
    this.#ring = ring
    this.#head = Atomics.load(ring.memory.int32, HEAD)
    this.#nextHead = this.#head
    this.#tail = Atomics.load(ring.memory.int32, TAIL)
  }

  /**
   * Room for a payload of up to `payloadBytesMax`: its byte offset, a multiple of 8, or -1 when the
   * ring is too full; then TAIL is notified once there is more room.
   */
  reserve(kind: FrameKind, sizeBytes: number): number {
    const { capacityUnits, memory } = this.#ring
    const units = (FRAME_HEAD_BYTES + aligned(sizeBytes)) / UNIT_BYTES
    const index = this.#head & (capacityUnits - 1)
    const toEnd = capacityUnits - index
    const needed = units <= toEnd ? units : toEnd + units
    if (!this.#hasRoom(needed)) return -1
    let at = DATA_START_BYTES + index * UNIT_BYTES
    if (units > toEnd) {
      memory.int32[(at >> 2) + 1] = FrameKind.padding
      at = DATA_START_BYTES
    }
    memory.int32[at >> 2] = sizeBytes
    memory.int32[(at >> 2) + 1] = kind
    this.#nextHead = (this.#head + needed) | 0
    return at + FRAME_HEAD_BYTES
  }

  /** Hands over the frame that was reserved last. */
  commit(): void {
    const { int32 } = this.#ring.memory
    this.#head = this.#nextHead
    Atomics.store(int32, HEAD, this.#head)
    Atomics.notify(int32, HEAD)
  }

  #hasRoom(neededUnits: number): boolean {
    if (this.#freeUnits() >= neededUnits) return true
    const { int32 } = this.#ring.memory
    this.#tail = Atomics.load(int32, TAIL)
    if (this.#freeUnits() >= neededUnits) return true
    // Looks once more after asking: the reader may have made room in between and not seen it.
    Atomics.store(int32, WANTS_ROOM, 1)
    this.#tail = Atomics.load(int32, TAIL)
    return this.#freeUnits() >= neededUnits
  }

  #freeUnits(): number {
    return this.#ring.capacityUnits - ((this.#head - this.#tail) | 0)
  }
}

/** Takes frames out of a ring, in order. */
export class FrameReader {
  readonly #ring: RingMemory
  #tail: number
  #nextTail: number
  /** The writer's position when last looked at. */
  #head: number
  kind: FrameKind = FrameKind.padding
  /** Byte offset and bytes of the current frame's payload. */
  start = 0
  sizeBytes = 0

  constructor(ring: RingMemory) {
    this.#ring = ring
    this.#tail = Atomics.load(ring.memory.int32, TAIL)
    this.#nextTail = this.#tail
    this.#head = this.#tail
  }

  /** Moves to the next frame; false when there is none. The frame is valid until `release`. */
  next(): boolean {
    const { capacityUnits, memory } = this.#ring
    for (;;) {
      if (this.#tail === this.#head) {
        this.#head = Atomics.load(memory.int32, HEAD)
        if (this.#tail === this.#head) return false
      }
      const index = this.#tail & (capacityUnits - 1)
      const at = DATA_START_BYTES + index * UNIT_BYTES
      this.kind = memory.int32[(at >> 2) + 1] as FrameKind
      if (this.kind !== FrameKind.padding) {
        this.start = at + FRAME_HEAD_BYTES
        this.sizeBytes = memory.int32[at >> 2]!
        const units = (FRAME_HEAD_BYTES + aligned(this.sizeBytes)) / UNIT_BYTES
        this.#nextTail = (this.#tail + units) | 0
        return true
      }
      this.#tail = (this.#tail + capacityUnits - index) | 0
    }
  }

  /** Gives the current frame's room back to the writer. */
  release(): void {
    const { int32 } = this.#ring.memory
    this.#tail = this.#nextTail
    Atomics.store(int32, TAIL, this.#tail)
    if (Atomics.load(int32, WANTS_ROOM) === 0 || !this.#isWorthTelling()) return
    Atomics.store(int32, WANTS_ROOM, 0)
    Atomics.notify(int32, TAIL)
  }

  /** Half a ring at a time: a writer that is woken for each frame does nothing but wake up. */
  #isWorthTelling(): boolean {
    this.#head = Atomics.load(this.#ring.memory.int32, HEAD)
    return ((this.#head - this.#tail) | 0) * 2 <= this.#ring.capacityUnits
  }
}
