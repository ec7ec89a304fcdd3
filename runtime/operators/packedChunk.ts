/*
 * How the chunks of a state shrink. A chunk begins with a byte that tells how the rest lies: 0 as it
 * is, 1 packed by Zstandard.
 */

export const PLAIN = 0
export const PACKED = 1
export const MARK_BYTES = 1

/** Less is not worth the call. */
const PACKED_BYTES_MIN = 4 * 1024
/** Packing more at a time would hold up rows. */
const PACKED_BYTES_MAX = 2 * 1024 * 1024
/** What hardly shrinks is not worth unpacking. */
const WORTH_SHARE = 7 / 8
/** After a chunk that did not shrink, so many are not even tried. */
const SKIPPED_CHUNKS = 7
/** Zstandard's fastest: 350 to 600 MB/s, for a half to a fifth of what states usually take. */
const LEVEL = 1

/** Packs chunks that follow each other. */
export class ChunkPacker {
  #skippedLeft = 0

  /** A plain chunk as a packed one, in memory of its own; as it is where it does not shrink. */
  pack(plain: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (plain.length < PACKED_BYTES_MIN || plain.length > PACKED_BYTES_MAX) return plain
    if (this.#skippedLeft > 0) {
      this.#skippedLeft -= 1
      return plain
    }
    const body = Bun.zstdCompressSync(plain.subarray(MARK_BYTES), { level: LEVEL })
    if (body.length > plain.length * WORTH_SHARE) {
      this.#skippedLeft = SKIPPED_CHUNKS
      return plain
    }
    const packed = new Uint8Array(MARK_BYTES + body.length)
    packed[0] = PACKED
    packed.set(body, MARK_BYTES)
    return packed
  }
}

/** What stands in a chunk behind its mark. */
export const bodyOf = (chunk: Uint8Array): Uint8Array => {
  const rest = chunk.subarray(MARK_BYTES) as Uint8Array<ArrayBuffer>
  return chunk[0] === PACKED ? Bun.zstdDecompressSync(rest) : rest
}
