import { type FrameKind, HEADER_BYTES, writeHeader } from './frames.ts'
import { copyPiece, type Piece } from './piece.ts'

/** Frames one after the other in memory that is used again. */
export interface FrameBuffer {
  readonly length: number
  /** A frame as it is. */
  add(frame: Uint8Array): void
  /** A frame with a body in two parts, written in place: nothing is made for it. */
  addParts(kind: FrameKind, correlation: number, head: Uint8Array, body: Piece): void
  /** What comes before a body of so many bytes, which is not copied: it is written next. */
  addHead(kind: FrameKind, correlation: number, head: Uint8Array, bodyBytes: number): void
  /** All that was added, good until more is; then it is empty. */
  take(): Uint8Array
  /** Gives the memory back. */
  release(): void
}

const ROOM_BYTES_MIN = 1024
const NOTHING = new Uint8Array(0)

export const createFrameBuffer = (): FrameBuffer => {
  let room = NOTHING
  let view = new DataView(room.buffer)
  let length = 0
  /** What was taken last: answers are often as long as those before. */
  let taken = room
  /** Makes room for so many bytes more; returns where they begin. */
  const advance = (count: number): number => {
    const at = length
    length += count
    if (length > room.length) {
      const larger = new Uint8Array(Math.max(length, room.length * 2, ROOM_BYTES_MIN))
      larger.set(room.subarray(0, at))
      room = larger
      taken = NOTHING
      view = new DataView(room.buffer)
    }
    return at
  }
  const addHead: FrameBuffer['addHead'] = (kind, correlation, head, bodyBytes) => {
    const at = advance(HEADER_BYTES + head.length)
    writeHeader(view, at, kind, correlation, head.length + bodyBytes)
    // At most a number of two bytes: not worth a call of the runtime.
    for (let index = 0; index < head.length; index += 1) {
      room[at + HEADER_BYTES + index] = head[index]!
    }
  }
  return {
    get length() {
      return length
    },
    add: (frame) => {
      const at = advance(frame.length)
      room.set(frame, at)
    },
    addParts: (kind, correlation, head, body) => {
      const bodyBytes = body.end - body.start
      addHead(kind, correlation, head, bodyBytes)
      const at = advance(bodyBytes)
      copyPiece(body, room, at)
    },
    addHead,
    take: () => {
      if (taken.length !== length) taken = room.subarray(0, length)
      length = 0
      return taken
    },
    release: () => {
      room = NOTHING
      taken = NOTHING
      length = 0
    },
  }
}
