import { ByteSink, type ByteSource } from '../../bytes/index.ts'
import { murmurOf } from '../../data/index.ts'
import type { EntryChange } from './events.ts'
import { MapEffect } from './operations.ts'

/** Calls that wait for events park with it; no key has such a text. */
export const JOURNAL_WAIT_KEY = '\uFFFFjournal'

const HAS_VALUE = 1
const HAS_OLD_VALUE = 2

const sink = new ByteSink()

const encode = (change: EntryChange, nowMs: number): Uint8Array => {
  sink.reset()
  sink.f64(nowMs)
  sink.u16(change.type)
  sink.u8(
    (change.value === undefined ? 0 : HAS_VALUE) |
      (change.oldValue === undefined ? 0 : HAS_OLD_VALUE),
  )
  sink.bytes(change.key)
  if (change.value !== undefined) sink.bytes(change.value)
  if (change.oldValue !== undefined) sink.bytes(change.oldValue)
  return sink.copy()
}

/** A change as the journal kept it. */
export interface JournalRecord extends EntryChange {
  readonly timeMs: number
}

export const decodeJournalRecord = (source: ByteSource): JournalRecord => {
  const timeMs = source.f64()
  const type = source.u16()
  const has = source.u8()
  const key = source.bytes()
  const value = (has & HAS_VALUE) === 0 ? undefined : source.bytes()
  const oldValue = (has & HAS_OLD_VALUE) === 0 ? undefined : source.bytes()
  return { timeMs, type, key, value, oldValue }
}

const timeOf = (item: Uint8Array): number =>
  new DataView(item.buffer, item.byteOffset, item.length).getFloat64(0)

/**
 * The last changes of a map in one partition, numbered from 0 on: a ring that forgets the oldest.
 * It is replicated with the entries, so numbers go on after the loss of a primary.
 */
export class Journal {
  readonly #slots: (Uint8Array | undefined)[]
  /** 0 for ever. */
  readonly #ttlMs: number
  #tail = -1
  #digest = 0
  #bytes = 0

  constructor(capacity: number, ttlMs: number) {
    this.#slots = new Array<Uint8Array | undefined>(capacity).fill(undefined)
    this.#ttlMs = ttlMs
  }

  /** The number of the newest change, -1 before the first. */
  get tail(): number {
    return this.#tail
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The number of the oldest change that is kept; one more than the tail where none is. */
  headAt(nowMs: number): number {
    let head = Math.max(0, this.#tail + 1 - this.#slots.length)
    while (head <= this.#tail && !this.#isKept(head, nowMs)) head += 1
    return head
  }

  #isKept(sequence: number, nowMs: number): boolean {
    const item = this.#slots[sequence % this.#slots.length]
    if (item === undefined) return false
    return this.#ttlMs === 0 || timeOf(item) + this.#ttlMs > nowMs
  }

  /** A change by its number, from head to tail. */
  at(sequence: number): Uint8Array | undefined {
    return this.#slots[sequence % this.#slots.length]
  }

  add(change: EntryChange, nowMs: number, effects: ByteSink): void {
    const item = encode(change, nowMs)
    this.#place(this.#tail + 1, item)
    this.#write(this.#tail, effects)
  }

  /** Forgets everything, the numbers too. */
  clear(effects: ByteSink): void {
    this.applyClear()
    effects.u8(MapEffect.noJournal)
  }

  /** Repeats the effect `journal`. */
  applyItem(effects: ByteSource): void {
    this.#place(effects.f64(), effects.bytes().slice())
  }

  /** Repeats the effect `noJournal`. */
  applyClear(): void {
    this.#slots.fill(undefined)
    this.#tail = -1
    this.#digest = 0
    this.#bytes = 0
  }

  /** Writes changes from the number `from` on; returns where to go on, undefined at the end. */
  copy(from: number, effects: ByteSink, end: number): number | undefined {
    let sequence = Math.max(from, this.#tail + 1 - this.#slots.length)
    for (; sequence <= this.#tail; sequence += 1) {
      if (effects.length >= end && sequence > from) return sequence
      if (this.at(sequence) !== undefined) this.#write(sequence, effects)
    }
    return undefined
  }

  digest(): number {
    return (this.#digest + this.#tail + 1) | 0
  }

  #write(sequence: number, effects: ByteSink): void {
    effects.u8(MapEffect.journal)
    effects.f64(sequence)
    effects.bytes(this.at(sequence)!)
  }

  /** What comes is placed by its number: a copy fills what lies before newer changes. */
  #place(sequence: number, item: Uint8Array): void {
    if (sequence <= this.#tail - this.#slots.length) return
    this.#advance(sequence)
    const slot = sequence % this.#slots.length
    this.#forget(slot)
    this.#slots[slot] = item
    this.#bytes += item.length
    this.#digest = (this.#digest + digestOf(item)) | 0
  }

  /** Makes `tail` the newest number; what falls out of the ring is forgotten. */
  #advance(tail: number): void {
    const from = Math.max(this.#tail + 1, tail + 1 - this.#slots.length)
    for (let sequence = from; sequence <= tail; sequence += 1) {
      this.#forget(sequence % this.#slots.length)
    }
    this.#tail = Math.max(this.#tail, tail)
  }

  #forget(slot: number): void {
    const item = this.#slots[slot]
    if (item === undefined) return
    this.#slots[slot] = undefined
    this.#bytes -= item.length
    this.#digest = (this.#digest - digestOf(item)) | 0
  }
}

const digestOf = (item: Uint8Array): number => murmurOf(item, 0, item.length)
