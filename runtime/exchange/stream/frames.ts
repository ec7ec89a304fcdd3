import type { Control } from '../../isolate/index.ts'

/*
 * An edge over TCP. The sender opens the connection and says hello; then frames follow each other,
 * numbers little-endian: int32 bytes of the payload, int32 kind, the payload, filled up to a multiple
 * of 8. The receiver sends credits only: frames without a payload whose first number is what the
 * sender may send in addition.
 */

export const HEAD_BYTES = 8

export const StreamFrame = {
  batch: 1,
  table: 2,
  barrier: 4,
  watermark: 5,
  end: 6,
  credit: 7,
} as const
export type StreamFrame = (typeof StreamFrame)[keyof typeof StreamFrame]

/** How far a sender may run ahead of what its receiver has worked off; by one frame more at most. */
export const WINDOW_BYTES = 1 << 20

/** A frame beyond this is none: a batch is far smaller. */
export const FRAME_BYTES_MAX = 2 ** 30

/** `TGEX`, then the version of the frames. */
const MAGIC = 0x54474558
const VERSION = 1
/** Hexadecimal digits of a token. */
export const TOKEN_LENGTH = 32
export const HELLO_BYTES = 8 + TOKEN_LENGTH

export const encodeHello = (token: string): Uint8Array => {
  const bytes = new Uint8Array(HELLO_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC)
  view.setUint32(4, VERSION)
  new TextEncoder().encodeInto(token, bytes.subarray(8))
  return bytes
}

/** The bytes of the token; undefined for what is no hello of this version. */
export const decodeHello = (bytes: Uint8Array): Uint8Array | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0) !== MAGIC || view.getUint32(4) !== VERSION) return undefined
  return bytes.subarray(8)
}

export const encodeCredit = (sizeBytes: number): Uint8Array =>
  new Uint8Array(Int32Array.of(sizeBytes, StreamFrame.credit).buffer)

/** A control frame as it came; undefined for a kind that is none. */
export const controlOf = (kind: StreamFrame, number: number): Control | undefined => {
  switch (kind) {
    case StreamFrame.barrier:
      return { kind: 'barrier', checkpointId: number }
    case StreamFrame.watermark:
      return { kind: 'watermark', timestampMs: number }
    case StreamFrame.end:
      return { kind: 'end' }
    default:
      return undefined
  }
}
