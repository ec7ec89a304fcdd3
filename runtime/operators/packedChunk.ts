/*
 * How the chunks of a state shrink. A chunk begins with a byte that tells how the rest lies: 0 as it
 * is, 1 packed by Zstandard.
 */

export const PLAIN = 0
export const PACKED = 1
export const MARK_BYTES = 1

/** Less is not worth the call. */
const PACKED_BYTES_MIN = 4 * 1024
/** Packing more at a time would hold up the rows of its isolate. */
const PACKED_BYTES_MAX = 1024 * 1024
/** What hardly shrinks is not worth unpacking. */
const WORTH_SHARE = 7 / 8
/** After a chunk that did not shrink, so many are not even tried. */
const SKIPPED_CHUNKS = 7
/** Zstandard's fastest: 350 to 600 MB/s, for a half to a fifth of what states usually take. */
const LEVEL = 1

/** Packs chunks that follow each other. */
export class ChunkPacker {
  #skippedLeft = 0

  /** The packed chunk, in memory of its own; null where it does not shrink and is best left plain. */
  pack(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
    if (body.length < PACKED_BYTES_MIN || body.length > PACKED_BYTES_MAX) return null
    if (this.#skippedLeft > 0) {
      this.#skippedLeft -= 1
      return null
    }
    const packed = Bun.zstdCompressSync(body, { level: LEVEL })
    if (packed.length > body.length * WORTH_SHARE) {
      this.#skippedLeft = SKIPPED_CHUNKS
      return null
    }
    const chunk = new Uint8Array(MARK_BYTES + packed.length)
    chunk[0] = PACKED
    chunk.set(packed, MARK_BYTES)
    return chunk
  }
}

/** What stands in a chunk behind its mark. */
export const bodyOf = (chunk: Uint8Array): Uint8Array => {
  const rest = chunk.subarray(MARK_BYTES) as Uint8Array<ArrayBuffer>
  return chunk[0] === PACKED ? Bun.zstdDecompressSync(rest) : rest
}
