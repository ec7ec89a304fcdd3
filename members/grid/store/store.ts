import type { Random } from '../../../runtime/host/index.ts'
import { murmurOf } from '../data/index.ts'
import { copyPiece, copyRange, type Piece, pieceOf, WireFault } from '../../wire/index.ts'
import { offsetOf } from './arena.ts'
import { nextCursor } from './cursor.ts'
import {
  EXPIRY_BIT,
  HASH,
  headerBytes,
  KEY_BYTES,
  LENGTH_MASK,
  NEXT,
  Records,
  VALUE_BYTES,
  WORD_BYTES,
} from './records.ts'

const BUCKETS_MIN = 4
/** The table is halved when so few of its buckets would be in use. */
const SHRINK_FACTOR = 8
/** The first bytes of a Data are its partition's hash, which says nothing about the key. */
const PARTITION_HASH_BYTES = 4
const NO_BUCKETS = new Uint32Array(0)
/** A longer value goes into the digest by its CRC-32: the runtime computes that much faster. */
const SHORT_VALUE_BYTES = 256

/**
 * The records of one map in one partition: a hash table with chains through the records, so that an
 * empty one costs nothing but this object, and small ones some bytes. Keys and values are Data.
 * `hash` is always `keyHashOf(key)`. A handle is good until its record is put again or deleted.
 */
export class RecordStore extends Records {
  /** By the lower bits of the hash: the first record of the chain, 0 for none. */
  #buckets = NO_BUCKETS
  #count = 0
  /** While chains are walked the table keeps its size. */
  #isScanned = false
  #recordBytes = 0
  /** Of the state when it was computed; undefined once something has changed. */
  #digest: number | undefined = 0

  get count(): number {
    return this.#count
  }

  /** Memory that the records and their table take. */
  get bytes(): number {
    return this.#recordBytes + this.#buckets.byteLength
  }

  /** The handle of a key, -1 where it is not there. */
  find(hash: number, key: Uint8Array): number {
    return this.findPiece(hash, pieceOf(key))
  }

  /** The same for a key that is part of something larger. */
  findPiece(hash: number, key: Piece): number {
    if (this.#count === 0) return -1
    let handle = this.#buckets[hash & (this.#buckets.length - 1)]!
    while (handle !== 0) {
      const page = this.arena.page(handle)
      const at = offsetOf(handle)
      const word = at >> 2
      if (page.words[word + HASH] === hash) {
        const keyWord = page.words[word + KEY_BYTES]!
        const keyAt = at + headerBytes(keyWord < 0)
        const isSame =
          (keyWord & LENGTH_MASK) === key.end - key.start && sameFrom(page.bytes, keyAt, key)
        if (isSame) return handle
      }
      handle = page.words[word + NEXT]! >>> 0
    }
    return -1
  }

  /**
   * Adds a key or replaces its value. A new record has version, hits, times and expiry 0; another
   * keeps them as they are. Throws GRD-006 when there is no memory; nothing has changed then.
   */
  put(hash: number, key: Uint8Array, value: Uint8Array): number {
    return this.putPiece(hash, pieceOf(key), pieceOf(value))
  }

  /** The same for parts of something larger. */
  putPiece(hash: number, key: Piece, value: Piece): number {
    const found = this.findPiece(hash, key)
    return found < 0 ? this.addPiece(hash, key, value) : this.replacePiece(found, value)
  }

  /** Adds a key that is not there; else as `putPiece`. */
  addPiece(hash: number, key: Piece, value: Piece): number {
    const keyBytes = key.end - key.start
    const valueBytes = value.end - value.start
    const prefix = headerBytes(false) + keyBytes
    const handle = this.#link(hash, prefix + valueBytes)
    const page = this.arena.page(handle)
    const at = offsetOf(handle)
    const word = at >> 2
    page.bytes.fill(0, at + WORD_BYTES, at + headerBytes(false))
    page.words[word + HASH] = hash
    page.words[word + KEY_BYTES] = keyBytes
    page.words[word + VALUE_BYTES] = valueBytes
    copyPiece(key, page.bytes, at + headerBytes(false))
    copyPiece(value, page.bytes, at + prefix)
    return handle
  }

  /**
   * Takes in a record as `writeRecord` gave it, in place of one of the same key. Returns its handle.
   * Throws WireFault where it is none, and GRD-006 when there is no memory; nothing has changed then.
   */
  takeIn(record: Piece): number {
    const { memory, start, end } = record
    const hash = wordOf(memory, start + (HASH - 1) * WORD_BYTES)
    const key = this.#keyIn(record)
    const sizeBytes = WORD_BYTES + end - start
    const found = this.findPiece(hash, key)
    const handle =
      found < 0 ? this.#link(hash, sizeBytes) : this.#roomFor(found, sizeBytes, WORD_BYTES)
    copyRange(memory, start, end, this.arena.page(handle).bytes, offsetOf(handle) + WORD_BYTES)
    this.#digest = undefined
    return handle
  }

  /** Gives a record another value; returns its handle, which may be another one. */
  replace(handle: number, value: Uint8Array): number {
    return this.replacePiece(handle, pieceOf(value))
  }

  /** The same for a value that is part of something larger. */
  replacePiece(handle: number, value: Piece): number {
    const keyBytes = this.keyBytes(handle)
    const prefix = headerBytes(this.hasExpiry(handle)) + keyBytes
    const valueBytes = value.end - value.start
    this.#digest = undefined
    const kept = this.#roomFor(handle, prefix + valueBytes, prefix)
    const page = this.arena.page(kept)
    const at = offsetOf(kept)
    page.words[(at >> 2) + VALUE_BYTES] = valueBytes
    copyPiece(value, page.bytes, at + prefix)
    return kept
  }

  /**
   * Says when a record is to expire; returns its handle, which may be another one. `expiresAtMs` is
   * what counts, 0 for never; the other two are kept for those who compute it anew.
   */
  setExpiry(handle: number, expiresAtMs: number, ttlMs: number, maxIdleMs: number): number {
    const isNone = expiresAtMs === 0 && ttlMs === 0 && maxIdleMs === 0
    if (isNone && !this.hasExpiry(handle)) return handle
    this.#digest = undefined
    const kept = this.hasExpiry(handle) ? handle : this.#addExpiryPart(handle)
    this.setExpiryPart(kept, expiresAtMs, ttlMs, maxIdleMs)
    return kept
  }

  delete(handle: number): void {
    const page = this.arena.page(handle)
    const word = offsetOf(handle) >> 2
    this.#relink(handle, page.words[word + HASH]!, page.words[word + NEXT]! >>> 0)
    this.#release(handle)
    this.#count -= 1
    this.#digest = undefined
    if (!this.#isScanned) this.#shrink()
  }

  /**
   * Calls `visit` for about `budget` records; starts with the cursor 0 and returns the next one,
   * undefined at the end. What is there during a whole scan is visited at least once, whatever is
   * added or deleted in between. `visit` itself may replace or delete the record that it gets, or
   * set its expiry, but change no other.
   */
  scan(cursor: number, visit: (handle: number) => void, budget: number): number | undefined {
    if (this.#count === 0) return undefined
    const mask = this.#buckets.length - 1
    let at = cursor
    let visited = 0
    this.#isScanned = true
    try {
      do {
        visited += this.#visitBucket(at & mask, visit)
        at = nextCursor(at, mask)
      } while (at !== 0 && visited < budget)
    } finally {
      this.#isScanned = false
      this.#shrink()
    }
    return at === 0 ? undefined : at
  }

  /** A record by chance, about all alike; -1 when there is none. */
  sample(random: Random): number {
    if (this.#count === 0) return -1
    const mask = this.#buckets.length - 1
    let bucket = random.integer(this.#buckets.length)
    while (this.#buckets[bucket] === 0) bucket = (bucket + 1) & mask
    let handle = this.#buckets[bucket]!
    for (;;) {
      const next = this.#next(handle)
      if (next === 0 || random.integer(2) === 0) return handle
      handle = next
    }
  }

  /**
   * A number over all keys, values, ttls and max idles, whatever their order: the same state has
   * the same one on any member. Times, hits and versions do not count. Computed when something has
   * changed.
   */
  digest(): number {
    if (this.#digest !== undefined) return this.#digest
    let sum = this.#count
    for (let bucket = 0; bucket < this.#buckets.length; bucket += 1) {
      let handle = this.#buckets[bucket]!
      while (handle !== 0) {
        sum = (sum + this.#recordDigest(handle)) | 0
        handle = this.#next(handle)
      }
    }
    this.#digest = sum
    return sum
  }

  clear(): void {
    for (let bucket = 0; bucket < this.#buckets.length; bucket += 1) {
      let handle = this.#buckets[bucket]!
      while (handle !== 0) {
        const next = this.#next(handle)
        this.#release(handle)
        handle = next
      }
    }
    this.#buckets = NO_BUCKETS
    this.#count = 0
    this.#digest = 0
  }

  /** Gives all memory back. */
  close(): void {
    this.clear()
  }

  /** Memory for a record of so many bytes, which is linked already and has yet to be filled. */
  #link(hash: number, sizeBytes: number): number {
    const handle = this.#allocate(sizeBytes)
    if (this.#count >= this.#buckets.length) {
      this.#resize(Math.max(BUCKETS_MIN, this.#buckets.length * 2))
    }
    const bucket = hash & (this.#buckets.length - 1)
    this.arena.page(handle).words[(offsetOf(handle) >> 2) + NEXT] = this.#buckets[bucket]!
    this.#buckets[bucket] = handle
    this.#count += 1
    this.#digest = undefined
    return handle
  }

  /** The key of a record that is not here. */
  #keyIn({ memory, start, end }: Piece): Piece {
    if (end - start < headerBytes(false) - WORD_BYTES) throw new WireFault('A record is too short')
    const keyWord = wordOf(memory, start + (KEY_BYTES - 1) * WORD_BYTES)
    const keyAt = start + headerBytes(keyWord < 0) - WORD_BYTES
    const keyEnd = keyAt + (keyWord & LENGTH_MASK)
    const valueBytes = wordOf(memory, start + (VALUE_BYTES - 1) * WORD_BYTES)
    if (valueBytes < 0 || keyEnd + valueBytes !== end) {
      throw new WireFault('A record is not as long as it says')
    }
    return { memory, start: keyAt, end: keyEnd }
  }

  /** A slot for the record with so many bytes, of which the first `kept` are its own. */
  #roomFor(handle: number, sizeBytes: number, kept: number): number {
    const capacity = this.arena.capacity(handle)
    if (sizeBytes <= capacity && sizeBytes * 2 > capacity) return handle
    const moved = this.#allocate(sizeBytes)
    const from = offsetOf(handle)
    const target = this.arena.page(moved).bytes
    copyRange(this.arena.page(handle).bytes, from, from + kept, target, offsetOf(moved))
    this.#relink(handle, this.hash(handle), moved)
    this.#release(handle)
    return moved
  }

  #addExpiryPart(handle: number): number {
    const plain = headerBytes(false)
    const keyBytes = this.keyBytes(handle)
    const bodyBytes = keyBytes + this.valueBytes(handle)
    const size = headerBytes(true) + bodyBytes
    const moved = this.#roomFor(handle, size, plain + bodyBytes)
    const page = this.arena.page(moved)
    const at = offsetOf(moved)
    page.bytes.copyWithin(at + headerBytes(true), at + plain, at + plain + bodyBytes)
    page.words[(at >> 2) + KEY_BYTES] = keyBytes | EXPIRY_BIT
    return moved
  }

  #visitBucket(bucket: number, visit: (handle: number) => void): number {
    let visited = 0
    let handle = this.#buckets[bucket]!
    while (handle !== 0) {
      const next = this.#next(handle)
      visit(handle)
      visited += 1
      handle = next
    }
    return visited
  }

  #shrink(): void {
    const { length } = this.#buckets
    let wanted = length
    while (wanted > BUCKETS_MIN && this.#count < wanted / SHRINK_FACTOR) wanted /= 2
    if (wanted !== length) this.#resize(wanted)
  }

  /** Lets what points to a record point to another one, 0 for none. */
  #relink(handle: number, hash: number, to: number): void {
    const bucket = hash & (this.#buckets.length - 1)
    let at = this.#buckets[bucket]!
    if (at === handle) {
      this.#buckets[bucket] = to
      return
    }
    for (let next = this.#next(at); next !== handle; next = this.#next(at)) at = next
    this.arena.page(at).words[(offsetOf(at) >> 2) + NEXT] = to
  }

  #resize(bucketCount: number): void {
    const before = this.#buckets
    const buckets = new Uint32Array(bucketCount)
    for (let bucket = 0; bucket < before.length; bucket += 1) {
      let handle = before[bucket]!
      while (handle !== 0) {
        const { words } = this.arena.page(handle)
        const word = offsetOf(handle) >> 2
        const next = words[word + NEXT]! >>> 0
        const target = words[word + HASH]! & (bucketCount - 1)
        words[word + NEXT] = buckets[target]!
        buckets[target] = handle
        handle = next
      }
    }
    this.#buckets = buckets
  }

  #next(handle: number): number {
    return this.arena.page(handle).words[(offsetOf(handle) >> 2) + NEXT]! >>> 0
  }

  #allocate(sizeBytes: number): number {
    const handle = this.arena.allocate(sizeBytes)
    this.#recordBytes += this.arena.capacity(handle)
    return handle
  }

  #release(handle: number): void {
    this.#recordBytes -= this.arena.capacity(handle)
    this.arena.free(handle)
  }

  #recordDigest(handle: number): number {
    const { bytes } = this.arena.page(handle)
    const keyAt = offsetOf(handle) + headerBytes(this.hasExpiry(handle))
    const valueAt = keyAt + this.keyBytes(handle)
    const value = digestOf(bytes, valueAt, valueAt + this.valueBytes(handle))
    const expiry = (this.ttlMs(handle) * 31 + this.maxIdleMs(handle)) | 0
    return Math.imul(Math.imul(this.hash(handle), 31) ^ value, 31) ^ expiry
  }
}

const digestOf = (bytes: Uint8Array, start: number, end: number): number =>
  end - start > SHORT_VALUE_BYTES
    ? Bun.hash.crc32(bytes.subarray(start, end)) | 0
    : murmurOf(bytes, start, end)

const wordOf = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

const sameFrom = (bytes: Uint8Array, at: number, { memory, start, end }: Piece): boolean => {
  const shift = at - start
  for (let index = start + PARTITION_HASH_BYTES; index < end; index += 1) {
    if (bytes[index + shift] !== memory[index]) return false
  }
  return true
}
