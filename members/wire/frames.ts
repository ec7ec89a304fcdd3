import { WireFault } from './bytes.ts'
import { type MovingPiece, type Piece, pieceOf } from './piece.ts'

/**
 * The unit of the member protocol: a length (u32, of all that follows it), a kind (u8), a
 * correlation id (u32) and a body.
 */
export interface Frame {
  readonly kind: FrameKind
  /** Ties answers to requests and pieces to streams; 0 where there is nothing to tie. */
  readonly correlation: number
  readonly body: Uint8Array
}

export const FRAME_KINDS = {
  hello: 1,
  proof: 2,
  reject: 3,
  message: 10,
  request: 11,
  response: 12,
  failure: 13,
  cancel: 14,
  call: 15,
  answer: 16,
  streamOpen: 20,
  streamData: 21,
  streamCredit: 22,
  streamEnd: 23,
  streamAbort: 24,
} as const

export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS]

const KNOWN: ReadonlySet<number> = new Set(Object.values(FRAME_KINDS))

const LENGTH_BYTES = 4
export const HEADER_BYTES = 9
/** Kind and correlation, which the length counts. */
const COUNTED_BYTES = HEADER_BYTES - LENGTH_BYTES

/** Writes what comes before a body. */
export const writeHeader = (
  view: DataView,
  at: number,
  kind: FrameKind,
  correlation: number,
  bodyBytes: number,
): void => {
  view.setUint32(at, COUNTED_BYTES + bodyBytes)
  view.setUint8(at + LENGTH_BYTES, kind)
  view.setUint32(at + LENGTH_BYTES + 1, correlation)
}

/** Writes a frame with a body that is given in parts. */
export const encodeFrame = (
  kind: FrameKind,
  correlation: number,
  ...parts: readonly Uint8Array[]
): Uint8Array => {
  let bodyBytes = 0
  for (const part of parts) bodyBytes += part.length
  const bytes = new Uint8Array(HEADER_BYTES + bodyBytes)
  writeHeader(new DataView(bytes.buffer), 0, kind, correlation, bodyBytes)
  let at = HEADER_BYTES
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export interface FrameDecoder {
  /**
   * Calls `onFrame` for each frame that `bytes` completes, whose body is the receiver's to keep, or
   * `onCall` for a call or an answer. Throws WireFault at an unknown kind or a length beyond the
   * limit, before it takes memory for it.
   */
  push(bytes: Uint8Array): void
  /** From now on frames may be so long; strangers get less than members. */
  setLimit(frameBytesMax: number): void
}

const checked = (kind: number, countedBytes: number, frameBytesMax: number): FrameKind => {
  if (!KNOWN.has(kind)) throw new WireFault(`A frame has the unknown kind ${kind}`)
  if (countedBytes < COUNTED_BYTES) throw new WireFault('A frame is shorter than its header')
  if (countedBytes > frameBytesMax) {
    throw new WireFault(`A frame of ${countedBytes} bytes is longer than ${frameBytesMax}`)
  }
  return kind as FrameKind
}

/** A call or an answer: nothing is made for it, `body` is good until this returns. */
export type CallFrameHandler = (kind: FrameKind, correlation: number, body: Piece) => void

const isCallKind = (kind: FrameKind): boolean =>
  kind === FRAME_KINDS.call || kind === FRAME_KINDS.answer

const u32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/** The memory in which calls and answers are put together is kept up to here. */
const ROOM_BYTES_MAX = 512 * 1024

/** A frame that comes in several pieces. */
const createPartial = (checkedKind: (kind: number, countedBytes: number) => FrameKind) => {
  const header = new Uint8Array(HEADER_BYTES)
  let headerBytes = 0
  let kind: FrameKind | undefined
  let body = new Uint8Array(0)
  let bodyBytes = 0
  let room = body
  const memoryFor = (length: number, isKept: boolean): Uint8Array<ArrayBuffer> => {
    if (isKept || length > ROOM_BYTES_MAX) return new Uint8Array(length)
    if (room.length < length) room = new Uint8Array(length)
    return room.subarray(0, length)
  }
  return {
    isBegun: () => headerBytes > 0,
    /** Takes what belongs to the frame; returns where the rest of `bytes` begins. */
    take: (bytes: Uint8Array, from: number): number => {
      let at = from
      if (kind === undefined) {
        const taken = bytes.subarray(at, at + HEADER_BYTES - headerBytes)
        header.set(taken, headerBytes)
        headerBytes += taken.length
        at += taken.length
        if (headerBytes < HEADER_BYTES) return at
        const countedBytes = u32At(header, 0)
        kind = checkedKind(header[LENGTH_BYTES]!, countedBytes)
        body = memoryFor(countedBytes - COUNTED_BYTES, !isCallKind(kind))
        bodyBytes = 0
      }
      const taken = bytes.subarray(at, at + body.length - bodyBytes)
      body.set(taken, bodyBytes)
      bodyBytes += taken.length
      return at + taken.length
    },
    /** The frame once it is whole; the next one begins then. */
    finished: (): Frame | undefined => {
      if (kind === undefined || bodyBytes < body.length) return undefined
      const frame = { kind, correlation: u32At(header, LENGTH_BYTES + 1), body }
      kind = undefined
      headerBytes = 0
      return frame
    },
  }
}

/** Puts frames together from a stream that arrives in any pieces. */
export const createFrameDecoder = (
  frameBytesMax: number,
  onFrame: (frame: Frame) => void,
  onCall: CallFrameHandler,
): FrameDecoder => {
  let limit = frameBytesMax
  const piece: MovingPiece = { memory: new Uint8Array(0), start: 0, end: 0 }
  const partial = createPartial((kind, countedBytes) => checked(kind, countedBytes, limit))

  /** Takes a frame that is whole in `bytes`; returns where the next one begins, `at` if it is not. */
  const takeWhole = (bytes: Uint8Array, at: number): number => {
    const bodyAt = at + HEADER_BYTES
    if (bodyAt > bytes.length) return at
    const countedBytes = u32At(bytes, at)
    const kind = checked(bytes[at + LENGTH_BYTES]!, countedBytes, limit)
    const end = at + LENGTH_BYTES + countedBytes
    if (end > bytes.length) return at
    const correlation = u32At(bytes, at + LENGTH_BYTES + 1)
    if (isCallKind(kind)) {
      piece.memory = bytes
      piece.start = bodyAt
      piece.end = end
      onCall(kind, correlation, piece)
    } else onFrame({ kind, correlation, body: bytes.slice(bodyAt, end) })
    return end
  }
  const takePart = (bytes: Uint8Array, at: number): number => {
    const next = partial.take(bytes, at)
    const frame = partial.finished()
    if (frame === undefined) return next
    if (isCallKind(frame.kind)) onCall(frame.kind, frame.correlation, pieceOf(frame.body))
    else onFrame(frame)
    return next
  }
  return {
    setLimit: (bytes) => {
      limit = bytes
    },
    push: (bytes) => {
      let at = 0
      while (at < bytes.length) {
        const next = partial.isBegun() ? at : takeWhole(bytes, at)
        at = next > at ? next : takePart(bytes, at)
      }
    },
  }
}
