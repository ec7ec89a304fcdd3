/*
 * How the chunks of a state shrink. A chunk is one piece or some, each a byte that tells how its body
 * lies (0 as it is, 1 packed by Zstandard), uint32 little-endian its bytes, and the body.
 */

export const PLAIN = 0
export const PACKED = 1
export const PIECE_HEAD_BYTES = 5

export interface Piece {
  readonly mark: typeof PLAIN | typeof PACKED
  readonly body: Uint8Array<ArrayBuffer>
}

/** Less is not worth the call. */
const PACKED_BYTES_MIN = 4 * 1024
/** Packing more at a time would hold up rows. */
const PACKED_BYTES_MAX = 2 * 1024 * 1024
/** What hardly shrinks is not worth unpacking. */
const WORTH_SHARE = 7 / 8
/** After a piece that did not shrink, so many are not even tried. */
const SKIPPED_PIECES = 7
/** Zstandard's fastest: 350 to 600 MB/s, for a half to a fifth of what states usually take. */
const LEVEL = 1

/** Writes what comes before a body of so many bytes. */
export const writePieceHead = (
  to: Uint8Array<ArrayBuffer>,
  at: number,
  mark: Piece['mark'],
  bodyBytes: number,
): void => {
  to[at] = mark
  new DataView(to.buffer, to.byteOffset).setUint32(at + 1, bodyBytes, true)
}

/** Writes a piece; returns where the next one begins. */
export const writePiece = (
  to: Uint8Array<ArrayBuffer>,
  at: number,
  { mark, body }: Piece,
): number => {
  writePieceHead(to, at, mark, body.length)
  to.set(body, at + PIECE_HEAD_BYTES)
  return at + PIECE_HEAD_BYTES + body.length
}

/** Packs bodies that follow each other. */
export class BodyPacker {
  #skippedLeft = 0

  /** A plain body as a packed piece, in memory of its own; as it is where it does not shrink. */
  pack(body: Uint8Array<ArrayBuffer>): Piece {
    const plain: Piece = { mark: PLAIN, body }
    if (body.length < PACKED_BYTES_MIN || body.length > PACKED_BYTES_MAX) return plain
    if (this.#skippedLeft > 0) {
      this.#skippedLeft -= 1
      return plain
    }
    const packed = Bun.zstdCompressSync(body, { level: LEVEL }) as Uint8Array<ArrayBuffer>
    if (packed.length > body.length * WORTH_SHARE) {
      this.#skippedLeft = SKIPPED_PIECES
      return plain
    }
    return { mark: PACKED, body: packed }
  }
}

/** The bodies of a chunk's pieces, unpacked; they may be views of it. */
export function* bodiesOf(chunk: Uint8Array): Iterable<Uint8Array> {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
  for (let at = 0; at < chunk.length;) {
    const begin = at + PIECE_HEAD_BYTES
    const end = begin + view.getUint32(at + 1, true)
    const body = chunk.subarray(begin, end) as Uint8Array<ArrayBuffer>
    yield chunk[at] === PACKED ? Bun.zstdDecompressSync(body) : body
    at = end
  }
}
