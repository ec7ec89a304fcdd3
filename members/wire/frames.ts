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
   * Calls `onFrame` for each frame that `bytes` completes; its body is the receiver's to keep,
   * except that of a call or an answer, which is good until `onFrame` returns. Throws WireFault at an
   * unknown kind or a length beyond the limit, before it takes memory for it.
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
  /** Takes a frame that is whole in `bytes`; returns where the next one begins, `at` if it is not. */
  const takeWhole = (bytes: Uint8Array, at: number, given: DataView): number => {
    const bodyAt = at + HEADER_BYTES
    if (bodyAt > bytes.length) return at
    const countedBytes = given.getUint32(at)
    const found = checked(given.getUint8(at + LENGTH_BYTES), countedBytes, limit)
    const end = at + LENGTH_BYTES + countedBytes
    if (end > bytes.length) return at
    const isKept = found !== FRAME_KINDS.call && found !== FRAME_KINDS.answer
    onFrame({
      kind: found,
      correlation: given.getUint32(at + LENGTH_BYTES + 1),
      body: isKept ? bytes.slice(bodyAt, end) : bytes.subarray(bodyAt, end),
    })
    return end
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
      const given = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      let at = 0
      while (at < bytes.length) {
        if (headerBytes === 0) {
          const next = takeWhole(bytes, at, given)
          if (next > at) {
            at = next
            continue
          }
        }
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
