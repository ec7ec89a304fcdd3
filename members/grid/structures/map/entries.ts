import { bytesOf, type Piece, pieceOf } from '../../../wire/index.ts'
import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { keyHashIn, keyHashOf } from '../../data/index.ts'
import type { RecordStore } from '../../store/index.ts'
import type { FragmentTurn } from '../structure.ts'
import { MapEventType, publishChange, type EntryChange } from './events.ts'
import { makeRoom } from './eviction.ts'
import { JOURNAL_WAIT_KEY } from './journal.ts'
import { DEFAULT_TIME_MS, MapEffect } from './operations.ts'
import type { MapState } from './state.ts'

/** How long an entry is to live; 0 for ever, negative for what the settings of the map say. */
export interface Lifetime {
  readonly ttlMs: number
  readonly maxIdleMs: number
}

export const DEFAULT_LIFETIME: Lifetime = { ttlMs: DEFAULT_TIME_MS, maxIdleMs: DEFAULT_TIME_MS }

const MS_OF_SECOND = 1000

/**
 * The handle of a key as of now, -1 where there is none: the one place where entries are looked up
 * and where a miss is seen. An entry whose time is over is taken away.
 */
export const findEntry = (state: MapState, key: Uint8Array, turn: FragmentTurn): number =>
  findEntryOf(state, pieceOf(key), turn)

/** The same for a key that is part of something larger. */
export const findEntryOf = (state: MapState, key: Piece, turn: FragmentTurn): number => {
  const { store } = state
  state.hash = keyHashIn(key)
  const handle = store.findPiece(state.hash, key)
  if (handle < 0 || !store.hasExpiry(handle)) return handle
  const expiresAtMs = store.expiresAtMs(handle)
  if (expiresAtMs === 0 || expiresAtMs > turn.nowMs) return handle
  expireEntry(state, handle, turn)
  return -1
}

/** Takes an entry away whose time is over. */
export const expireEntry = (state: MapState, handle: number, turn: FragmentTurn): void => {
  state.counters.expirations += 1
  removeEntry(state, handle, MapEventType.expired, turn)
}

/** An entry was read: it idles no more. */
export const noteRead = (state: MapState, handle: number, turn: FragmentTurn): void => {
  const { store } = state
  const maxIdleMs = store.maxIdleMs(handle)
  state.counters.lastAccessMs = turn.nowMs
  if (!state.countsReads && maxIdleMs === 0) return
  store.setHits(handle, store.hits(handle) + 1)
  const accessedMs = store.accessedAtMs(handle)
  store.setAccessedAtMs(handle, turn.nowMs)
  if (maxIdleMs === 0) return
  const previousMs = store.expiresAtMs(handle)
  const expiresAtMs = expiryOf(store, handle, store.ttlMs(handle), maxIdleMs)
  store.setExpiry(handle, expiresAtMs, store.ttlMs(handle), maxIdleMs)
  // Backups learn of reads now and then: after a loss of the primary an entry may idle out too
  // early by a quarter of its time, and reads are not slowed down by replication.
  const quarterMs = maxIdleMs / 4
  const isDue = Math.floor(turn.nowMs / quarterMs) !== Math.floor(accessedMs / quarterMs)
  if (isDue && expiresAtMs !== previousMs) writeExpiry(store, handle, turn.effects)
}

const expiryOf = (store: RecordStore, handle: number, ttlMs: number, maxIdleMs: number): number => {
  const byTtl = ttlMs === 0 ? Infinity : store.updatedAtMs(handle) + ttlMs
  const idleFromMs = Math.max(store.accessedAtMs(handle), store.updatedAtMs(handle))
  const byIdleness = maxIdleMs === 0 ? Infinity : idleFromMs + maxIdleMs
  const expiresAtMs = Math.min(byTtl, byIdleness)
  return expiresAtMs === Infinity ? 0 : expiresAtMs
}

/** Sets when a record expires, by its times; returns its handle. */
const setLifetime = (state: MapState, handle: number, lifetime: Lifetime): number => {
  const { store, settings } = state
  const ttlMs = lifetime.ttlMs < 0 ? settings.timeToLiveSeconds * MS_OF_SECOND : lifetime.ttlMs
  const maxIdleMs =
    lifetime.maxIdleMs < 0 ? settings.maxIdleSeconds * MS_OF_SECOND : lifetime.maxIdleMs
  if (ttlMs === 0 && maxIdleMs === 0 && !store.hasExpiry(handle)) return handle
  state.mayExpire = true
  return store.setExpiry(handle, expiryOf(store, handle, ttlMs, maxIdleMs), ttlMs, maxIdleMs)
}

/**
 * Adds an entry or changes its value, after `findEntry` of this key gave `found`: the one place
 * where values are written.
 */
export const writeEntry = (
  state: MapState,
  found: number,
  entry: { readonly key: Piece; readonly value: Piece; readonly lifetime: Lifetime },
  turn: FragmentTurn,
): void => {
  const { store, counters } = state
  const isNew = found < 0
  const isTold = turn.hasListeners || state.journal !== undefined
  const oldValue = !isNew && isTold ? store.value(found).slice() : undefined
  if (!isNew) state.indexes.removing(found)
  let handle = isNew
    ? store.addPiece(state.hash, entry.key, entry.value)
    : store.replacePiece(found, entry.value)
  if (isNew) store.setCreatedAtMs(handle, turn.nowMs)
  else store.setVersion(handle, store.version(handle) + 1)
  store.setUpdatedAtMs(handle, turn.nowMs)
  store.setAccessedAtMs(handle, turn.nowMs)
  handle = setLifetime(state, handle, entry.lifetime)
  state.indexes.added(handle)
  counters.lastUpdateMs = turn.nowMs
  if (turn.isAlone) turn.effects.u8(MapEffect.record)
  else writePut(store, handle, turn.effects)
  state.outside?.wrote(store.key(handle), store.value(handle), turn)
  state.invalidations += 1
  if (isTold) {
    const type = isNew ? MapEventType.added : MapEventType.updated
    const [key, value] = [bytesOf(entry.key), bytesOf(entry.value)]
    tellChange(state, { type, key, value, oldValue }, turn)
  }
  makeRoom(state, handle, turn)
}

/** Writes a change to the journal and tells listeners about it. */
const tellChange = (state: MapState, change: EntryChange, turn: FragmentTurn): void => {
  noteInJournal(state, change, turn)
  if (turn.hasListeners) publishChange(state, change, turn)
}

/** Writes a change to the journal, where the map has one. */
export const noteInJournal = (state: MapState, change: EntryChange, turn: FragmentTurn): void => {
  if (state.journal === undefined) return
  state.journal.add(change, turn.nowMs, turn.effects)
  state.context.wake(JOURNAL_WAIT_KEY)
}

/** Takes an entry away; `type` is what listeners are told. */
export const removeEntry = (
  state: MapState,
  handle: number,
  type: number,
  turn: FragmentTurn,
): void => {
  const { store } = state
  turn.effects.u8(MapEffect.remove)
  store.writeKey(handle, turn.effects)
  if (type === MapEventType.removed) state.outside?.wrote(store.key(handle), undefined, turn)
  state.counters.lastUpdateMs = turn.nowMs
  state.invalidations += 1
  if (turn.hasListeners || state.journal !== undefined) {
    const key = store.key(handle)
    tellChange(state, { type, key, value: undefined, oldValue: store.value(handle) }, turn)
  }
  state.indexes.removing(handle)
  store.delete(handle)
}

/** Gives an entry another lifetime, counted from now on. */
export const changeLifetime = (
  state: MapState,
  handle: number,
  lifetime: Lifetime,
  turn: FragmentTurn,
): void => {
  state.store.setUpdatedAtMs(handle, turn.nowMs)
  // The record may move.
  state.indexes.removing(handle)
  const kept = setLifetime(state, handle, lifetime)
  state.indexes.added(kept)
  writePut(state.store, kept, turn.effects)
}

/** The effect that makes a record what it is. */
export const writePut = (store: RecordStore, handle: number, effects: ByteSink): void => {
  effects.u8(MapEffect.record)
  store.writeRecord(handle, effects)
}

/** All of a record, for `readRecord`. */
export const writeRecord = (store: RecordStore, handle: number, effects: ByteSink): void => {
  store.writeKey(handle, effects)
  store.writeValue(handle, effects)
  effects.u32(store.version(handle))
  effects.u32(store.hits(handle))
  effects.f64(store.createdAtMs(handle))
  effects.f64(store.updatedAtMs(handle))
  effects.f64(store.accessedAtMs(handle))
  writeTimes(store, handle, effects)
}

const writeTimes = (store: RecordStore, handle: number, effects: ByteSink): void => {
  const hasExpiry = store.hasExpiry(handle)
  effects.flag(hasExpiry)
  if (!hasExpiry) return
  effects.f64(store.expiresAtMs(handle))
  effects.f64(store.ttlMs(handle))
  effects.f64(store.maxIdleMs(handle))
}

const writeExpiry = (store: RecordStore, handle: number, effects: ByteSink): void => {
  effects.u8(MapEffect.expiry)
  store.writeKey(handle, effects)
  effects.f64(store.accessedAtMs(handle))
  effects.u32(store.hits(handle))
  writeTimes(store, handle, effects)
}

/** Repeats the effect `record`. */
export const applyRecord = (state: MapState, effects: ByteSource): void => {
  const { store } = state
  const handle = store.takeIn(effects.piece())
  if (store.hasExpiry(handle)) state.mayExpire = true
}

/** A record as it is told; expiresAtMs, ttlMs and maxIdleMs are 0 where there is no such end. */
export interface StoredRecord {
  /** Views of the bytes that came. */
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly version: number
  readonly hits: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly accessedAtMs: number
  readonly expiresAtMs: number
  readonly ttlMs: number
  readonly maxIdleMs: number
}

const NO_TIMES = { expiresAtMs: 0, ttlMs: 0, maxIdleMs: 0 }

export const readRecord = (source: ByteSource): StoredRecord => ({
  key: source.bytes(),
  value: source.bytes(),
  version: source.u32(),
  hits: source.u32(),
  createdAtMs: source.f64(),
  updatedAtMs: source.f64(),
  accessedAtMs: source.f64(),
  ...(source.flag()
    ? { expiresAtMs: source.f64(), ttlMs: source.f64(), maxIdleMs: source.f64() }
    : NO_TIMES),
})

/**
 * Makes an entry what it is on the other side of a split, after `findEntry` of its key gave `found`.
 * Listeners are told that it was merged, the journal that it was added or updated.
 */
export const writeMerged = (
  state: MapState,
  found: number,
  record: StoredRecord,
  turn: FragmentTurn,
): void => {
  const { store } = state
  const { key, value, ttlMs, maxIdleMs, expiresAtMs } = record
  const isTold = turn.hasListeners || state.journal !== undefined
  const oldValue = found >= 0 && isTold ? store.value(found).slice() : undefined
  if (found >= 0) state.indexes.removing(found)
  const handle = store.put(state.hash, key, value)
  store.setVersion(handle, record.version)
  store.setHits(handle, record.hits)
  store.setCreatedAtMs(handle, record.createdAtMs)
  store.setUpdatedAtMs(handle, record.updatedAtMs)
  store.setAccessedAtMs(handle, record.accessedAtMs)
  const kept = store.setExpiry(handle, expiresAtMs, ttlMs, maxIdleMs)
  if (store.hasExpiry(kept)) state.mayExpire = true
  state.indexes.added(kept)
  state.counters.lastUpdateMs = turn.nowMs
  state.invalidations += 1
  writePut(store, kept, turn.effects)
  state.outside?.wrote(store.key(kept), store.value(kept), turn)
  if (isTold) {
    const type = found < 0 ? MapEventType.added : MapEventType.updated
    noteInJournal(state, { type, key, value, oldValue }, turn)
    if (turn.hasListeners) {
      publishChange(state, { type: MapEventType.merged, key, value, oldValue }, turn)
    }
  }
  makeRoom(state, kept, turn)
}

const applyTimes = (store: RecordStore, handle: number, effects: ByteSource): number => {
  if (!effects.flag()) return store.setExpiry(handle, 0, 0, 0)
  return store.setExpiry(handle, effects.f64(), effects.f64(), effects.f64())
}

/** Repeats the effect `expiry`. */
export const applyExpiry = ({ store }: MapState, effects: ByteSource): void => {
  const key = effects.bytes()
  const handle = store.find(keyHashOf(key), key)
  const accessedMs = effects.f64()
  const hits = effects.u32()
  if (handle < 0) {
    if (effects.flag()) effects.raw(TIMES_BYTES)
    return
  }
  store.setAccessedAtMs(handle, accessedMs)
  store.setHits(handle, hits)
  applyTimes(store, handle, effects)
}

const TIMES_BYTES = 3 * 8

/** Repeats the effect `remove`. */
export const applyRemove = ({ store }: MapState, effects: ByteSource): void => {
  const key = effects.bytes()
  const handle = store.find(keyHashOf(key), key)
  if (handle >= 0) store.delete(handle)
}
