import type { Clock } from '../../../../../runtime/host/index.ts'
import type { NearCacheSettings } from '../../../settings.ts'
import { EventForm, type MapEvent } from '../events.ts'
import { keyTextOf } from '../keyText.ts'

/** What a near cache has done. */
export interface NearCacheStatistics {
  readonly ownedEntryCount: number
  readonly hits: number
  readonly misses: number
  /** Entries dropped because they were changed, or may have been. */
  readonly invalidations: number
  /** Entries dropped to make room, or because their time was over. */
  readonly evictions: number
}

interface CachedEntry {
  readonly value: Uint8Array
  readonly partition: number
  readonly storedMs: number
  readMs: number
}

/** The state of a partition as its last event, or a repair, told it. */
interface SeenState {
  readonly id: number
  readonly count: number
}

const MS_OF_SECOND = 1000

/**
 * Values kept where they are read. It is told of each change after it was made, so for a moment it
 * may answer with the value before, except for changes made through the same proxy. Events that it
 * has missed show by their numbers: then all of the partition is dropped.
 */
export class NearCache {
  readonly #settings: NearCacheSettings
  readonly #clock: Clock
  /** The least recently used first. */
  readonly #entries = new Map<string, CachedEntry>()
  /** Keys that are being read; a change meanwhile takes the reservation away. */
  readonly #reservations = new Map<string, symbol>()
  readonly #seen = new Map<number, SeenState>()
  #hits = 0
  #misses = 0
  #invalidations = 0
  #evictions = 0

  constructor(settings: NearCacheSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const text = keyTextOf(key)
    const entry = this.#entries.get(text)
    if (entry === undefined || this.#isOver(entry)) {
      if (entry !== undefined) this.#evict(text)
      this.#misses += 1
      return undefined
    }
    this.#hits += 1
    entry.readMs = this.#clock.now()
    this.#entries.delete(text)
    this.#entries.set(text, entry)
    return entry.value
  }

  /** A value is being fetched: what is changed from now on is not kept. */
  reserve(key: Uint8Array): symbol {
    const reservation = Symbol('reservation')
    this.#reservations.set(keyTextOf(key), reservation)
    return reservation
  }

  /** Keeps what was fetched, unless it was changed since the reservation. */
  keep(key: Uint8Array, partition: number, value: Uint8Array | undefined, of: symbol): void {
    const text = keyTextOf(key)
    if (this.#reservations.get(text) !== of) return
    this.#reservations.delete(text)
    if (value === undefined) return
    const nowMs = this.#clock.now()
    this.#entries.delete(text)
    this.#entries.set(text, { value, partition, storedMs: nowMs, readMs: nowMs })
    if (this.#entries.size <= Math.max(1, this.#settings.sizeMax)) return
    const [oldest] = this.#entries.keys()
    this.#evict(oldest!)
  }

  invalidate(key: Uint8Array): void {
    const text = keyTextOf(key)
    this.#reservations.delete(text)
    if (this.#entries.delete(text)) this.#invalidations += 1
  }

  invalidateAll(): void {
    this.#invalidations += this.#entries.size
    this.#entries.clear()
    this.#reservations.clear()
  }

  onEvent(event: MapEvent): void {
    this.see(event.partition, event.invalidationId, event.invalidation, 1)
    if (event.key !== undefined) this.invalidate(event.key)
    else if (event.form === EventForm.partition) this.#invalidatePartition(event.partition)
  }

  /** The state of a partition is now this; it differs by `known` changes from the one before. */
  see(partition: number, id: number, count: number, known: number): void {
    const before = this.#seen.get(partition)
    const isNext = before?.id === id && count <= before.count + known
    if (before === undefined || before.id !== id || count > before.count) {
      this.#seen.set(partition, { id, count })
    }
    if (!isNext && before !== undefined) this.#invalidatePartition(partition)
  }

  statistics(): NearCacheStatistics {
    return {
      ownedEntryCount: this.#entries.size,
      hits: this.#hits,
      misses: this.#misses,
      invalidations: this.#invalidations,
      evictions: this.#evictions,
    }
  }

  #isOver({ storedMs, readMs }: CachedEntry): boolean {
    const { timeToLiveSeconds, maxIdleSeconds } = this.#settings
    const nowMs = this.#clock.now()
    if (timeToLiveSeconds > 0 && nowMs - storedMs >= timeToLiveSeconds * MS_OF_SECOND) return true
    return maxIdleSeconds > 0 && nowMs - readMs >= maxIdleSeconds * MS_OF_SECOND
  }

  #evict(text: string): void {
    this.#entries.delete(text)
    this.#evictions += 1
  }

  #invalidatePartition(partition: number): void {
    // A reservation does not say which partition it is of: all of them are taken away.
    this.#reservations.clear()
    for (const [text, entry] of this.#entries) {
      if (entry.partition !== partition) continue
      this.#entries.delete(text)
      this.#invalidations += 1
    }
  }
}
