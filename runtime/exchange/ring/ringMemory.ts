import { memoryOf, type Memory } from '../codec/index.ts'

/*
 * A ring between one writer and one reader, each in its own thread. Frames follow each other in
 * units of 8 bytes: int32 payload bytes, int32 kind, payload. A frame never runs over the end: what
 * is left there is a frame of kind `padding`, and the frame goes to the start.
 */

/** Indices of int32 words, each on a cache line of its own. */
/** Units written so far, modulo 2^32: the writer's. A reader waits here for rows. */
export const HEAD = 0
/** Units read so far, modulo 2^32: the reader's. A writer waits here for room. */
export const TAIL = 16
/** 1 while the writer wants to hear of room. */
export const WANTS_ROOM = 32
export const DATA_START_BYTES = 256

export const UNIT_BYTES = 8
export const FRAME_HEAD_BYTES = 8
const CAPACITY_BYTES_MIN = 64
const CAPACITY_BYTES_MAX = 2 ** 30

export const FrameKind = {
  padding: 0,
  batch: 1,
  table: 2,
  /** A piece of a message that is longer than a frame may be. */
  part: 3,
  barrier: 4,
  watermark: 5,
  end: 6,
} as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

/** Memory for a ring; `capacityBytes`, the most that can wait in it, is rounded up to a power of 2. */
export const createRing = (capacityBytes: number): SharedArrayBuffer => {
  let capacity = CAPACITY_BYTES_MIN
  while (capacity < capacityBytes && capacity < CAPACITY_BYTES_MAX) capacity *= 2
  return new SharedArrayBuffer(DATA_START_BYTES + capacity)
}

export interface RingMemory {
  readonly memory: Memory
  readonly capacityUnits: number
  /** A frame that always finds room in an empty ring, wherever its head stands. */
  readonly payloadBytesMax: number
}

export const openRing = (buffer: SharedArrayBuffer): RingMemory => {
  const capacityBytes = buffer.byteLength - DATA_START_BYTES
  return {
    memory: memoryOf(buffer),
    capacityUnits: capacityBytes / UNIT_BYTES,
    payloadBytesMax: capacityBytes / 2 - FRAME_HEAD_BYTES,
  }
}

/** Calls `wake` each time the word changes, until it returns false. */
export const listen = async (
  int32: Int32Array,
  word: number,
  wake: () => boolean,
): Promise<void> => {
  for (;;) {
    const seen = Atomics.load(int32, word)
    if (!wake()) return
    await Atomics.waitAsync(int32, word, seen).value
  }
}
