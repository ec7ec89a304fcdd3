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

/** Packs entries into chunks, each with a buffer of its own that may be transferred. */
export class StatePacker {
  readonly #entries: Iterator<StateEntry>
  readonly #chunks: Uint8Array<ArrayBuffer>[] = []
  #chunk = new Uint8Array(0)
  #view = new DataView(this.#chunk.buffer)
  #at = 0

  constructor(entries: Iterable<StateEntry>) {
    this.#entries = entries[Symbol.iterator]()
  }

  /** Takes entries until there are about `sizeBytes` more; the chunks once there are none left. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer>[] | null {
    for (let takenBytes = 0; takenBytes < sizeBytes;) {
      const next = this.#entries.next()
      if (next.done === true) {
        this.#finish()
        return this.#chunks
      }
      this.#add(next.value)
      takenBytes += HEAD_BYTES + next.value.bytes.length
    }
    return null
  }

  #add({ keyHash, bytes }: StateEntry): void {
    const neededBytes = HEAD_BYTES + bytes.length
    if (this.#at + neededBytes > this.#chunk.length) {
      this.#finish()
      this.#chunk = new Uint8Array(Math.max(CHUNK_BYTES, neededBytes))
      this.#view = new DataView(this.#chunk.buffer)
    }
    this.#view.setInt32(this.#at, keyHash ?? 0, true)
    const size = keyHash === null ? bytes.length + NO_KEY : bytes.length
    this.#view.setUint32(this.#at + 4, size, true)
    this.#chunk.set(bytes, this.#at + HEAD_BYTES)
    this.#at += neededBytes
  }

  #finish(): void {
    const isFull = this.#at === this.#chunk.length
    if (this.#at > 0) this.#chunks.push(isFull ? this.#chunk : this.#chunk.slice(0, this.#at))
    this.#at = 0
  }
}

/** All entries in chunks. */
export const packEntries = (entries: Iterable<StateEntry>): Uint8Array<ArrayBuffer>[] =>
  new StatePacker(entries).take(Infinity)!

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
