import { pieceOf } from '../../../wire/index.ts'
import { ByteSource } from '../../bytes/index.ts'
import type { FragmentCall, FragmentTurn } from '../structure.ts'
import {
  DEFAULT_LIFETIME,
  expireEntry,
  findEntry,
  noteInJournal,
  noteRead,
  writeEntry,
  writePut,
} from './entries.ts'
import { MapEventType, publishAll, publishPartition } from './events.ts'
import { sameData } from './keyText.ts'
import { lockedEntries, mayWrite } from './lockOperations.ts'
import { GetAllStep, MapEffect } from './operations.ts'
import type { MapState } from './state.ts'

/** A page of entries: those of all partitions at once take 9 MB of the caller's memory. */
export const PAGE_BYTES = 32 * 1024

/** An answer of `getAll` is about so long at most. */
const GET_ALL_BYTES = 1024 * 1024

/** How many keys, then the keys → for each a step of GetAllStep, and its value. */
export const getAll = (state: MapState, call: FragmentCall): void => {
  const { result } = call
  const end = result.length + GET_ALL_BYTES
  for (let left = call.arguments.u32(); left > 0; left -= 1) {
    if (result.length >= end) {
      result.u8(GetAllStep.later)
      return
    }
    const handle = findEntry(state, call.arguments.bytes(), call)
    state.counters.gets += 1
    result.u8(handle < 0 ? GetAllStep.none : GetAllStep.value)
    if (handle < 0) continue
    state.counters.hits += 1
    noteRead(state, handle, call)
    state.store.writeValue(handle, result)
  }
}

/** Context, how many entries, then key and value of each → nothing. All of them or none. */
export const putAll = (state: MapState, call: FragmentCall): void => {
  const context = call.arguments.f64()
  const count = call.arguments.u32()
  const source = new ByteSource(call.arguments.rest())
  const start = source.rest()
  source.reset(start)
  for (let at = 0; at < count; at += 1) {
    if (!mayWrite(state, source.bytes(), context, call)) return
    source.bytes()
  }
  source.reset(start)
  for (let at = 0; at < count; at += 1) {
    const key = source.bytes()
    const found = findEntry(state, key, call)
    state.counters.sets += 1
    writeEntry(
      state,
      found,
      { key: pieceOf(key), value: source.piece(), lifetime: DEFAULT_LIFETIME },
      call,
    )
  }
}

/** Takes away up to `budget` entries whose time is over; returns where to go on. */
export const sweepExpired = (
  state: MapState,
  cursor: number,
  budget: number,
  turn: FragmentTurn,
): number | undefined =>
  state.store.scan(
    cursor,
    (handle) => {
      const expiresAtMs = state.store.expiresAtMs(handle)
      if (expiresAtMs !== 0 && expiresAtMs <= turn.nowMs) expireEntry(state, handle, turn)
    },
    budget,
  )

/** → how many entries are there. */
export const size = (state: MapState, call: FragmentCall): void => {
  if (state.mayExpire) sweepExpired(state, 0, Infinity, call)
  call.result.u32(state.store.count)
}

/** Value → whether any entry has it. */
export const containsValue = (state: MapState, call: FragmentCall): void => {
  const wanted = call.arguments.bytes()
  let isThere = false
  if (state.mayExpire) sweepExpired(state, 0, Infinity, call)
  const { store } = state
  store.scan(
    0,
    (handle) => {
      if (!isThere && store.valueBytes(handle) === wanted.length) {
        isThere = sameData(store.value(handle), wanted)
      }
    },
    Infinity,
  )
  call.result.flag(isThere)
}

/**
 * Cursor (f64, first 0), with values → a flag, key and, if wanted, value of each entry; at the end
 * no flag and the next cursor, -1 after the last entry. An entry that is there all the time comes at
 * least once, rarely twice.
 */
export const entries = (state: MapState, call: FragmentCall): void => {
  let cursor: number | undefined = call.arguments.f64()
  const withValues = call.arguments.flag()
  const { store } = state
  const { result } = call
  const write = (handle: number): void => {
    const expiresAtMs = store.expiresAtMs(handle)
    if (expiresAtMs !== 0 && expiresAtMs <= call.nowMs) return
    result.flag(true)
    store.writeKey(handle, result)
    if (withValues) store.writeValue(handle, result)
  }
  const end = result.length + PAGE_BYTES
  while (cursor !== undefined && result.length < end) cursor = store.scan(cursor, write, 1)
  result.flag(false)
  result.f64(cursor ?? -1)
}

/** Takes all entries away but those whose keys are locked; returns how many it took. */
const takeAll = (state: MapState, type: number, call: FragmentCall): number => {
  const { store } = state
  const kept = new Set(lockedEntries(state, call))
  const taken = store.count - kept.size
  if (taken === 0) return 0
  call.effects.u8(MapEffect.clear)
  for (const handle of kept) writePut(store, handle, call.effects)
  const take = (handle: number): void => {
    if (kept.has(handle)) return
    const [key, oldValue] = [store.key(handle), store.value(handle)]
    noteInJournal(state, { type, key, value: undefined, oldValue }, call)
    if (type === MapEventType.removed) state.outside?.wrote(key, undefined, call)
    store.delete(handle)
  }
  const isSeen = state.journal !== undefined || state.outside !== undefined
  if (kept.size === 0 && !isSeen) store.clear()
  else store.scan(0, take, Infinity)
  state.indexes.reset()
  state.invalidations += 1
  state.counters.lastUpdateMs = call.nowMs
  if (call.hasListeners) publishPartition(state, call)
  return taken
}

/** → how many entries were taken away; those with locked keys stay. */
export const clear = (state: MapState, call: FragmentCall): void => {
  const taken = takeAll(state, MapEventType.removed, call)
  state.counters.removes += taken
  call.result.u32(taken)
}

/** → how many entries were evicted; those with locked keys stay. */
export const evictAll = (state: MapState, call: FragmentCall): void => {
  const taken = takeAll(state, MapEventType.evicted, call)
  state.counters.evictions += taken
  call.result.u32(taken)
}

/** → nothing. The entries are gone, with the locks, the journal and the indexes that were added. */
export const destroy = (state: MapState, call: FragmentCall): void => {
  state.locks.releaseAll(call)
  takeAll(state, MapEventType.removed, call)
  state.journal?.clear(call.effects)
  state.indexes.forget(call.effects)
  state.outside?.forget(call.effects)
}

/** Whether all was cleared (else evicted), count: tells listeners once for all partitions. */
export const tellAll = (state: MapState, call: FragmentCall): void => {
  const type = call.arguments.flag() ? MapEventType.clearAll : MapEventType.evictAll
  if (call.hasListeners) publishAll(state, type, call.arguments.u32(), call)
}
