/*
 * How the chunks of a state shrink. A chunk is one piece or some, each a byte that tells how its body
 * lies (0 as it is, 1 packed by Zstandard), uint32 little-endian its bytes, and the body.
 */

export const PLAIN = 0
export const PACKED = 1
export const PIECE_HEAD_BYTES = 5

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

/** Writes what comes before the body of a piece that fills `piece`. */
export const writePieceHead = (piece: Uint8Array, mark: typeof PLAIN | typeof PACKED): void => {
  piece[0] = mark
  const view = new DataView(piece.buffer, piece.byteOffset)
  view.setUint32(1, piece.length - PIECE_HEAD_BYTES, true)
}

/** Packs pieces that follow each other. */
export class ChunkPacker {
  #skippedLeft = 0

  /** A plain piece as a packed one, in memory of its own; as it is where it does not shrink. */
  pack(plain: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (plain.length < PACKED_BYTES_MIN || plain.length > PACKED_BYTES_MAX) return plain
    if (this.#skippedLeft > 0) {
      this.#skippedLeft -= 1
      return plain
    }
    const body = Bun.zstdCompressSync(plain.subarray(PIECE_HEAD_BYTES), { level: LEVEL })
    if (body.length > plain.length * WORTH_SHARE) {
      this.#skippedLeft = SKIPPED_PIECES
      return plain
    }
    const packed = new Uint8Array(PIECE_HEAD_BYTES + body.length)
    writePieceHead(packed, PACKED)
    packed.set(body, PIECE_HEAD_BYTES)
    return packed
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
