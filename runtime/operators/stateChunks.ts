import type { StateEntry, StateWriter } from './operator.ts'
import {
  bodiesOf,
  BodyPacker,
  PIECE_HEAD_BYTES,
  PLAIN,
  writePiece,
  writePieceHead,
} from './packedChunk.ts'

/*
 * The state of an operator on its way: entries one after the other in chunks, so that many small
 * ones cross threads and members as few large pieces. An entry is int32 key hash, int32 bytes with
 * the highest bit set where there is no key, the bytes; numbers are little-endian.
 */

/** A chunk is no longer, unless a single entry is; most are shorter once they are packed. */
export const CHUNK_BYTES = 1024 * 1024
/** Most states are small: the first chunk takes less memory. */
const FIRST_CHUNK_BYTES = 16 * 1024
const HEAD_BYTES = 8
const NO_KEY = 0x8000_0000
const NO_CHUNK = new Uint8Array(0)

/** Where plain chunks of one piece each go. */
export interface ChunkTarget {
  /** Memory of at least so many bytes, with nothing before or behind it. */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer>
  /** The whole chunk or its first part, with the memory that was allocated for it. */
  add(chunk: Uint8Array<ArrayBuffer>): void
}

/** Writes entries into plain chunks as they come, each in memory of its own that may be transferred. */
export class ChunkWriter implements StateWriter {
  readonly #target: ChunkTarget
  #chunk = NO_CHUNK
  #view = new DataView(NO_CHUNK.buffer)
  #at = 0
  #usualBytes = FIRST_CHUNK_BYTES

  constructor(target: ChunkTarget) {
    this.#target = target
  }

  add(keyHash: StateEntry['keyHash'], bytes: Uint8Array): void {
    const neededBytes = HEAD_BYTES + bytes.length
    if (this.#at + neededBytes > this.#chunk.length) this.#begin(PIECE_HEAD_BYTES + neededBytes)
    this.#view.setInt32(this.#at, keyHash ?? 0, true)
    const size = keyHash === null ? bytes.length + NO_KEY : bytes.length
    this.#view.setUint32(this.#at + 4, size, true)
    this.#chunk.set(bytes, this.#at + HEAD_BYTES)
    this.#at += neededBytes
  }

  /** Gives the chunk that is not full. */
  finish(): void {
    if (this.#at === 0) return
    const chunk = this.#chunk.subarray(0, this.#at)
    writePieceHead(chunk, 0, PLAIN, this.#at - PIECE_HEAD_BYTES)
    this.#chunk = NO_CHUNK
    this.#at = 0
    this.#target.add(chunk)
  }

  #begin(neededBytes: number): void {
    this.finish()
    this.#chunk = this.#target.allocate(Math.max(this.#usualBytes, neededBytes))
    this.#usualBytes = CHUNK_BYTES
    this.#view = new DataView(this.#chunk.buffer)
    this.#at = PIECE_HEAD_BYTES
  }
}

/** All entries in chunks, packed. */
export const packEntries = (entries: Iterable<StateEntry>): Uint8Array<ArrayBuffer>[] => {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  const packer = new BodyPacker()
  const writer = new ChunkWriter({
    allocate: (sizeBytes) => new Uint8Array(sizeBytes),
    add: (plain) => {
      const piece = packer.pack(plain.subarray(PIECE_HEAD_BYTES))
      const chunk = new Uint8Array(PIECE_HEAD_BYTES + piece.body.length)
      writePiece(chunk, 0, piece)
      chunks.push(chunk)
    },
  })
  for (const { keyHash, bytes } of entries) writer.add(keyHash, bytes)
  writer.finish()
  return chunks
}

/** The entries of some chunks; their bytes may be views of the chunks. */
export function* unpackEntries(chunks: Iterable<Uint8Array>): Iterable<StateEntry> {
  for (const chunk of chunks) for (const body of bodiesOf(chunk)) yield* entriesOf(body)
}

function* entriesOf(body: Uint8Array): Iterable<StateEntry> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  for (let at = 0; at < body.length;) {
    const size = view.getUint32(at + 4, true)
    const hasKey = size < NO_KEY
    const end = at + HEAD_BYTES + (hasKey ? size : size - NO_KEY)
    const keyHash = hasKey ? view.getInt32(at, true) : null
    yield { keyHash, bytes: body.subarray(at + HEAD_BYTES, end) }
    at = end
  }
}
