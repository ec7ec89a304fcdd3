import type { ByteSink } from '../bytes/index.ts'
import { offsetOf, type RecordArena } from './arena.ts'

/*
 * All but the first word of a record goes as it lies here to backups and into logs: what changes here
 * changes there. Words are little-endian, as on all machines that this runs on.
 * A record, from its first byte on (the arena puts it at a multiple of 16):
 *   0  i32  the next record of the same bucket, 0 for none
 *   4  i32  hash of the key
 *   8  i32  bytes of the key; the highest bit says whether there is an expiry part
 *  12  i32  bytes of the value
 *  16  u32  version
 *  20  u32  hits
 *  24  u32  createdAtMs, updatedAtMs, accessedAtMs: their lower 32 bits
 *  36  u16  the same: their higher 16 bits
 *  42       without an expiry part: the key, then the value
 *  44  u32  expiresAtMs, ttlMs, maxIdleMs: their lower 32 bits
 *  56  u16  the same: their higher 16 bits
 *  62       with an expiry part: the key, then the value
 */
export const NEXT = 0
export const HASH = 1
export const KEY_BYTES = 2
export const VALUE_BYTES = 3
const VERSION = 4
const HITS = 5
/** A time is a word and a half word. */
const CREATED = { word: 6, half: 18 } as const
const UPDATED = { word: 7, half: 19 } as const
const ACCESSED = { word: 8, half: 20 } as const
const EXPIRES = { word: 11, half: 28 } as const
const TTL = { word: 12, half: 29 } as const
const MAX_IDLE = { word: 13, half: 30 } as const
type TimeField = { readonly word: number; readonly half: number }

const PLAIN_HEADER_BYTES = 42
const EXPIRY_HEADER_BYTES = 62
/** Of the word that is a member's own: which record comes next. */
export const WORD_BYTES = 4
export const EXPIRY_BIT = 0x80000000 | 0
export const LENGTH_MASK = 0x7fffffff

const TWO_TO_32 = 2 ** 32
/** The latest time that 48 bits hold: in the year 10,889. */
export const TIME_MS_MAX = 2 ** 48 - 1

export const headerBytes = (hasExpiry: boolean): number =>
  hasExpiry ? EXPIRY_HEADER_BYTES : PLAIN_HEADER_BYTES

/**
 * The fields of records by handle. Times are milliseconds since 1970, whole, 0 to TIME_MS_MAX; what
 * is beyond is taken as the nearest of these. Nothing here makes garbage, save the views.
 */
export class Records {
  protected readonly arena: RecordArena

  constructor(arena: RecordArena) {
    this.arena = arena
  }

  hash(handle: number): number {
    return this.#word(handle, HASH)
  }

  keyBytes(handle: number): number {
    return this.#word(handle, KEY_BYTES) & LENGTH_MASK
  }

  valueBytes(handle: number): number {
    return this.#word(handle, VALUE_BYTES)
  }

  /** A view, good until the record is next put or deleted. */
  key(handle: number): Uint8Array {
    const at = this.#keyAt(handle)
    return this.arena.page(handle).bytes.subarray(at, at + this.keyBytes(handle))
  }

  /** A view, good until the record is next put or deleted. */
  value(handle: number): Uint8Array {
    const at = this.#keyAt(handle) + this.keyBytes(handle)
    return this.arena.page(handle).bytes.subarray(at, at + this.valueBytes(handle))
  }

  /** The key after the count of its bytes, as `sink.bytes(key)`. */
  writeKey(handle: number, sink: ByteSink): void {
    const at = this.#keyAt(handle)
    const length = this.keyBytes(handle)
    sink.u32(length)
    sink.range(this.arena.page(handle).bytes, at, at + length)
  }

  /** The value after the count of its bytes, as `sink.bytes(value)`. */
  writeValue(handle: number, sink: ByteSink): void {
    const at = this.#keyAt(handle) + this.keyBytes(handle)
    const length = this.valueBytes(handle)
    sink.u32(length)
    sink.range(this.arena.page(handle).bytes, at, at + length)
  }

  /** All of the record, its hash and times too, for `RecordStore.takeIn`. */
  writeRecord(handle: number, sink: ByteSink): void {
    const page = this.arena.page(handle)
    const at = offsetOf(handle)
    const word = at >> 2
    const keyWord = page.words[word + KEY_BYTES]!
    const bodyBytes = (keyWord & LENGTH_MASK) + page.words[word + VALUE_BYTES]!
    const end = at + headerBytes(keyWord < 0) + bodyBytes
    sink.u32(end - at - WORD_BYTES)
    sink.range(page.bytes, at + WORD_BYTES, end)
  }

  version(handle: number): number {
    return this.#word(handle, VERSION) >>> 0
  }

  setVersion(handle: number, version: number): void {
    this.#setWord(handle, VERSION, version)
  }

  hits(handle: number): number {
    return this.#word(handle, HITS) >>> 0
  }

  setHits(handle: number, hits: number): void {
    this.#setWord(handle, HITS, Math.min(hits, TWO_TO_32 - 1))
  }

  createdAtMs(handle: number): number {
    return this.#time(handle, CREATED)
  }

  setCreatedAtMs(handle: number, timeMs: number): void {
    this.#setTime(handle, CREATED, timeMs)
  }

  updatedAtMs(handle: number): number {
    return this.#time(handle, UPDATED)
  }

  setUpdatedAtMs(handle: number, timeMs: number): void {
    this.#setTime(handle, UPDATED, timeMs)
  }

  /** When it was last read or written; 0 where nobody has set it. */
  accessedAtMs(handle: number): number {
    return this.#time(handle, ACCESSED)
  }

  setAccessedAtMs(handle: number, timeMs: number): void {
    this.#setTime(handle, ACCESSED, timeMs)
  }

  /** Whether `setExpiry` has ever been called for it. */
  hasExpiry(handle: number): boolean {
    return this.#word(handle, KEY_BYTES) < 0
  }

  /** 0 for never. */
  expiresAtMs(handle: number): number {
    return this.hasExpiry(handle) ? this.#time(handle, EXPIRES) : 0
  }

  /** 0 for none. */
  ttlMs(handle: number): number {
    return this.hasExpiry(handle) ? this.#time(handle, TTL) : 0
  }

  /** 0 for none. */
  maxIdleMs(handle: number): number {
    return this.hasExpiry(handle) ? this.#time(handle, MAX_IDLE) : 0
  }

  /** Of a record that has an expiry part. */
  protected setExpiryPart(
    handle: number,
    expiresAtMs: number,
    ttlMs: number,
    idleMs: number,
  ): void {
    this.#setTime(handle, EXPIRES, expiresAtMs)
    this.#setTime(handle, TTL, ttlMs)
    this.#setTime(handle, MAX_IDLE, idleMs)
  }

  #keyAt(handle: number): number {
    return offsetOf(handle) + headerBytes(this.hasExpiry(handle))
  }

  #word(handle: number, field: number): number {
    return this.arena.page(handle).words[(offsetOf(handle) >> 2) + field]!
  }

  #setWord(handle: number, field: number, value: number): void {
    this.arena.page(handle).words[(offsetOf(handle) >> 2) + field] = value
  }

  #time(handle: number, field: TimeField): number {
    const page = this.arena.page(handle)
    const at = offsetOf(handle)
    const low = page.words[(at >> 2) + field.word]! >>> 0
    return page.halves[(at >> 1) + field.half]! * TWO_TO_32 + low
  }

  #setTime(handle: number, field: TimeField, timeMs: number): void {
    const page = this.arena.page(handle)
    const at = offsetOf(handle)
    const time = Math.min(Math.max(timeMs, 0), TIME_MS_MAX)
    page.words[(at >> 2) + field.word] = time
    page.halves[(at >> 1) + field.half] = time / TWO_TO_32
  }
}
