import { WireFault } from './bytes.ts'
import { copyRange, type MovingPiece, type Piece } from './piece.ts'

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
   * `onPassing` for those that pass. Throws WireFault at an unknown kind or a length beyond the
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

/** A call, an answer or a message: nothing is made for it, `body` is good until this returns. */
export type PassingFrameHandler = (kind: FrameKind, correlation: number, body: Piece) => void

const isPassing = (kind: FrameKind): boolean =>
  kind === FRAME_KINDS.call || kind === FRAME_KINDS.answer || kind === FRAME_KINDS.message

const u32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/** A longer frame that comes in pieces is put together in memory that is used again. */
const SPARE_BYTES_MIN = 64 * 1024
const SPARE_BYTES_MAX = 512 * 1024
const SPARES_MAX = 4
/** Of all connections. */
const spares: Uint8Array[] = []

const roomFor = (kind: FrameKind, bodyBytes: number): Uint8Array => {
  const isSpare = bodyBytes > SPARE_BYTES_MIN && bodyBytes <= SPARE_BYTES_MAX && isPassing(kind)
  if (!isSpare) return new Uint8Array(bodyBytes)
  return spares.pop() ?? new Uint8Array(SPARE_BYTES_MAX)
}

const giveBack = (room: Uint8Array): void => {
  if (room.length === SPARE_BYTES_MAX && spares.length < SPARES_MAX) spares.push(room)
}

/** A frame that comes in several pieces. */
const createPartial = (checkedKind: (kind: number, countedBytes: number) => FrameKind) => {
  const header = new Uint8Array(HEADER_BYTES)
  let headerBytes = 0
  let kind: FrameKind | undefined
  let room: Uint8Array = new Uint8Array(0)
  let bodyBytes = 0
  let takenBytes = 0
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
        bodyBytes = countedBytes - COUNTED_BYTES
        room = roomFor(kind, bodyBytes)
        takenBytes = 0
      }
      const end = Math.min(bytes.length, at + bodyBytes - takenBytes)
      copyRange(bytes, at, end, room, takenBytes)
      takenBytes += end - at
      return end
    },
    /** The frame once it is whole, in memory of which it is the beginning; the next one begins then. */
    finished: () => {
      if (kind === undefined || takenBytes < bodyBytes) return undefined
      const frame = { kind, correlation: u32At(header, LENGTH_BYTES + 1), room, bodyBytes }
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
  onPassing: PassingFrameHandler,
): FrameDecoder => {
  let limit = frameBytesMax
  const piece: MovingPiece = { memory: new Uint8Array(0), start: 0, end: 0 }
  const partial = createPartial((kind, countedBytes) => checked(kind, countedBytes, limit))

  const pass = (
    kind: FrameKind,
    correlation: number,
    memory: Uint8Array,
    start: number,
    end: number,
  ): void => {
    piece.memory = memory
    piece.start = start
    piece.end = end
    onPassing(kind, correlation, piece)
  }
  /** Takes a frame that is whole in `bytes`; returns where the next one begins, `at` if it is not. */
  const takeWhole = (bytes: Uint8Array, at: number): number => {
    const bodyAt = at + HEADER_BYTES
    if (bodyAt > bytes.length) return at
    const countedBytes = u32At(bytes, at)
    const kind = checked(bytes[at + LENGTH_BYTES]!, countedBytes, limit)
    const end = at + LENGTH_BYTES + countedBytes
    if (end > bytes.length) return at
    const correlation = u32At(bytes, at + LENGTH_BYTES + 1)
    if (isPassing(kind)) pass(kind, correlation, bytes, bodyAt, end)
    else onFrame({ kind, correlation, body: bytes.slice(bodyAt, end) })
    return end
  }
  const takePart = (bytes: Uint8Array, at: number): number => {
    const next = partial.take(bytes, at)
    const frame = partial.finished()
    if (frame === undefined) return next
    const { kind, correlation, room, bodyBytes } = frame
    if (isPassing(kind)) {
      pass(kind, correlation, room, 0, bodyBytes)
      giveBack(room)
    } else onFrame({ kind, correlation, body: room })
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
