import type { StateEntry } from './operator.ts'

/*
 * The state of an operator on its way: entries one after the other in chunks, so that many small
 * ones cross threads and members as few large pieces. An entry is int32 key hash, int32 bytes with
 * the highest bit set where there is no key, the bytes; numbers are little-endian.
 */

/** A chunk ends with the entry that fills it. */
const CHUNK_BYTES = 256 * 1024
const HEAD_BYTES = 8
const NO_KEY = 0x8000_0000

/** All entries in chunks, each with a buffer of its own that may be transferred. */
export const packEntries = (entries: Iterable<StateEntry>): Uint8Array<ArrayBuffer>[] => {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let chunk = new Uint8Array(CHUNK_BYTES)
  let view = new DataView(chunk.buffer)
  let at = 0
  const finish = (): void => {
    if (at > 0) chunks.push(at === chunk.length ? chunk : chunk.slice(0, at))
    at = 0
  }
  for (const { keyHash, bytes } of entries) {
    const neededBytes = HEAD_BYTES + bytes.length
    if (at + neededBytes > chunk.length) {
      finish()
      if (chunks.at(-1) === chunk || neededBytes > chunk.length) {
        chunk = new Uint8Array(Math.max(CHUNK_BYTES, neededBytes))
        view = new DataView(chunk.buffer)
      }
    }
    view.setInt32(at, keyHash ?? 0, true)
    view.setUint32(at + 4, keyHash === null ? bytes.length + NO_KEY : bytes.length, true)
    chunk.set(bytes, at + HEAD_BYTES)
    at += neededBytes
  }
  finish()
  return chunks
}

/** The entries of some chunks; their bytes are views of the chunks. */
export function* unpackEntries(chunks: Iterable<Uint8Array>): Iterable<StateEntry> {
  for (const chunk of chunks) {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < chunk.length;) {
      const size = view.getUint32(at + 4, true)
      const hasKey = size < NO_KEY
      const end = at + HEAD_BYTES + (hasKey ? size : size - NO_KEY)
      const keyHash = hasKey ? view.getInt32(at, true) : null
      yield { keyHash, bytes: chunk.subarray(at + HEAD_BYTES, end) }
      at = end
    }
  }
}
