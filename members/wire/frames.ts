import { WireFault } from './bytes.ts'

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
  streamOpen: 20,
  streamData: 21,
  streamCredit: 22,
  streamEnd: 23,
  streamAbort: 24,
} as const

export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS]

const KNOWN: ReadonlySet<number> = new Set(Object.values(FRAME_KINDS))

const LENGTH_BYTES = 4
const HEADER_BYTES = 9
/** Kind and correlation, which the length counts. */
const COUNTED_BYTES = HEADER_BYTES - LENGTH_BYTES

/** Writes a frame with a body that is given in parts. */
export const encodeFrame = (
  kind: FrameKind,
  correlation: number,
  ...parts: readonly Uint8Array[]
): Uint8Array => {
  let bodyBytes = 0
  for (const part of parts) bodyBytes += part.length
  const bytes = new Uint8Array(HEADER_BYTES + bodyBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, COUNTED_BYTES + bodyBytes)
  view.setUint8(LENGTH_BYTES, kind)
  view.setUint32(LENGTH_BYTES + 1, correlation)
  let at = HEADER_BYTES
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export interface FrameDecoder {
  /**
   * Calls `onFrame` for each frame that `bytes` completes; its body is the receiver's to keep.
   * Throws WireFault at an unknown kind or a length beyond the limit, before it takes memory for it.
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

/** Puts frames together from a stream that arrives in any pieces. */
export const createFrameDecoder = (
  frameBytesMax: number,
  onFrame: (frame: Frame) => void,
): FrameDecoder => {
  let limit = frameBytesMax
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  let headerBytes = 0
  let kind: FrameKind | undefined
  let body = new Uint8Array(0)
  let bodyBytes = 0

  const startBody = (): void => {
    const countedBytes = view.getUint32(0)
    kind = checked(view.getUint8(LENGTH_BYTES), countedBytes, limit)
    body = new Uint8Array(countedBytes - COUNTED_BYTES)
    bodyBytes = 0
  }
  const finish = (): void => {
    const frame = { kind: kind!, correlation: view.getUint32(LENGTH_BYTES + 1), body }
    kind = undefined
    headerBytes = 0
    onFrame(frame)
  }
  return {
    setLimit: (bytes) => {
      limit = bytes
    },
    push: (bytes) => {
      let at = 0
      while (at < bytes.length) {
        if (kind === undefined) {
          const taken = bytes.subarray(at, at + HEADER_BYTES - headerBytes)
          header.set(taken, headerBytes)
          headerBytes += taken.length
          at += taken.length
          if (headerBytes === HEADER_BYTES) startBody()
        } else {
          const taken = bytes.subarray(at, at + body.length - bodyBytes)
          body.set(taken, bodyBytes)
          bodyBytes += taken.length
          at += taken.length
        }
        if (kind !== undefined && bodyBytes === body.length) finish()
      }
    },
  }
}
