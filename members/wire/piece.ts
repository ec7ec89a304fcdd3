/** A part of memory that is used again: it is good until the call that it was given to returns. */
export interface Piece {
  readonly memory: Uint8Array
  readonly start: number
  readonly end: number
}

/** One object for many pieces, one after the other. */
export type MovingPiece = { -readonly [Key in keyof Piece]: Piece[Key] }

export const pieceOf = (bytes: Uint8Array): Piece => ({
  memory: bytes,
  start: 0,
  end: bytes.length,
})

/** A view of it. */
export const bytesOf = ({ memory, start, end }: Piece): Uint8Array => memory.subarray(start, end)

/** Copies from any byte array, and makes no view as `set` needs it, which costs more than 500 bytes do. */
const copyBytes = Buffer.prototype.copy

/** So few bytes are copied faster one by one. */
const FEW_BYTES = 32

/** Copies `source[start]` to `source[end - 1]` to where `target[at]` is; makes nothing. */
export const copyRange = (
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void => {
  if (end - start > FEW_BYTES) {
    copyBytes.call(source, target, at, start, end)
    return
  }
  const shift = at - start
  for (let index = start; index < end; index += 1) target[index + shift] = source[index]!
}

/** The same for a piece. */
export const copyPiece = ({ memory, start, end }: Piece, target: Uint8Array, at: number): void =>
  copyRange(memory, start, end, target, at)
