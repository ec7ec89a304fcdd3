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

/** Above this the runtime copies faster, view and all. */
const SHORT_BYTES_MAX = 128

/** Copies a piece to where `target[at]` is; makes nothing for a short one. */
export const copyPiece = ({ memory, start, end }: Piece, target: Uint8Array, at: number): void => {
  if (end - start > SHORT_BYTES_MAX) {
    target.set(memory.subarray(start, end), at)
    return
  }
  const shift = at - start
  for (let index = start; index < end; index += 1) target[index + shift] = memory[index]!
}
