import { bytesOf, pieceOf } from '../../../wire/index.ts'
import { keyHashIn } from '../../data/index.ts'
import type { FragmentCall } from '../structure.ts'
import {
  changeLifetime,
  DEFAULT_LIFETIME,
  findEntry,
  findEntryOf,
  noteRead,
  removeEntry,
  writeEntry,
  type Lifetime,
} from './entries.ts'
import { MapEventType } from './events.ts'
import { sameData } from './keyText.ts'
import { mayTry, mayWrite } from './lockOperations.ts'
import type { MapState } from './state.ts'

/*
 * Arguments of a write: key, context (f64), what it needs. A value in a result is a flag and, where
 * there is one, the value.
 */

/** A flag; when it is set, the time to live and of idleness in milliseconds. */
const lifetimeOf = ({ arguments: source }: FragmentCall): Lifetime =>
  source.flag() ? { ttlMs: source.f64(), maxIdleMs: source.f64() } : DEFAULT_LIFETIME

const answerValue = (state: MapState, handle: number, call: FragmentCall): void => {
  call.result.flag(handle >= 0)
  if (handle >= 0) state.store.writeValue(handle, call.result)
}

/** Key → value. */
export const get = (state: MapState, call: FragmentCall): void => {
  const handle = findEntryOf(state, call.arguments.piece(), call)
  state.counters.gets += 1
  if (handle >= 0) {
    state.counters.hits += 1
    noteRead(state, handle, call)
  }
  answerValue(state, handle, call)
}

/**
 * As `get`, on a backup. False where the primary is to be asked: for what is not here, and for what
 * idles out, as the read has to count there.
 */
export const getFromBackup = (state: MapState, call: FragmentCall): boolean => {
  const { store, counters } = state
  const key = call.arguments.piece()
  const handle = store.findPiece(keyHashIn(key), key)
  if (handle < 0 || store.maxIdleMs(handle) !== 0) return false
  const expiresAtMs = store.expiresAtMs(handle)
  if (expiresAtMs !== 0 && expiresAtMs <= call.nowMs) return false
  counters.gets += 1
  counters.hits += 1
  noteRead(state, handle, call)
  answerValue(state, handle, call)
  return true
}

/** Key → whether it is there. */
export const containsKey = (state: MapState, call: FragmentCall): void => {
  const handle = findEntry(state, call.arguments.bytes(), call)
  if (handle >= 0) noteRead(state, handle, call)
  call.result.flag(handle >= 0)
}

/** Key, context, value, lifetime → the value before. */
export const put = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const value = call.arguments.bytes()
  const found = findEntry(state, key, call)
  answerValue(state, found, call)
  state.counters.puts += 1
  writeEntry(
    state,
    found,
    { key: pieceOf(key), value: pieceOf(value), lifetime: lifetimeOf(call) },
    call,
  )
}

/** Key, context, value, lifetime → nothing. */
export const set = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.piece()
  const context = call.arguments.f64()
  if (state.locks.count > 0 && !mayWrite(state, bytesOf(key), context, call)) return
  const value = call.arguments.piece()
  const found = findEntryOf(state, key, call)
  state.counters.sets += 1
  writeEntry(state, found, { key, value, lifetime: lifetimeOf(call) }, call)
}

/** Key, context, value, lifetime → the value that is there already. */
export const putIfAbsent = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const value = call.arguments.bytes()
  const found = findEntry(state, key, call)
  answerValue(state, found, call)
  if (found >= 0) {
    noteRead(state, found, call)
    return
  }
  state.counters.puts += 1
  writeEntry(
    state,
    found,
    { key: pieceOf(key), value: pieceOf(value), lifetime: lifetimeOf(call) },
    call,
  )
}

/** Key, context, value, timeout → whether it was done. */
export const tryPut = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  const context = call.arguments.f64()
  const value = call.arguments.bytes()
  if (!mayTry(state, key, { context, timeoutMs: call.arguments.f64() }, call)) return
  state.counters.puts += 1
  const found = findEntry(state, key, call)
  writeEntry(
    state,
    found,
    { key: pieceOf(key), value: pieceOf(value), lifetime: DEFAULT_LIFETIME },
    call,
  )
  call.result.flag(true)
}

/** Key, context, value → the value before; nothing is changed where there is none. */
export const replace = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const value = call.arguments.bytes()
  const found = findEntry(state, key, call)
  answerValue(state, found, call)
  if (found < 0) return
  state.counters.puts += 1
  writeEntry(
    state,
    found,
    { key: pieceOf(key), value: pieceOf(value), lifetime: DEFAULT_LIFETIME },
    call,
  )
}

/** Key, context, the value that must be there, value → whether it was done. */
export const replaceIfSame = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const expected = call.arguments.bytes()
  const value = call.arguments.bytes()
  const found = findEntry(state, key, call)
  const isSame = found >= 0 && sameData(state.store.value(found), expected)
  call.result.flag(isSame)
  if (!isSame) return
  state.counters.puts += 1
  writeEntry(
    state,
    found,
    { key: pieceOf(key), value: pieceOf(value), lifetime: DEFAULT_LIFETIME },
    call,
  )
}

/** Key, context → the value before. */
export const remove = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const found = findEntry(state, key, call)
  answerValue(state, found, call)
  if (found < 0) return
  state.counters.removes += 1
  removeEntry(state, found, MapEventType.removed, call)
}

/** Key, context, the value that must be there → whether it was done. */
export const removeIfSame = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const expected = call.arguments.bytes()
  const found = findEntry(state, key, call)
  const isSame = found >= 0 && sameData(state.store.value(found), expected)
  call.result.flag(isSame)
  if (!isSame) return
  state.counters.removes += 1
  removeEntry(state, found, MapEventType.removed, call)
}

/** Key, context → nothing. */
export const deleteKey = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const found = findEntry(state, key, call)
  if (found < 0) return
  state.counters.removes += 1
  removeEntry(state, found, MapEventType.removed, call)
}

/** Key, context, timeout → whether it was done. */
export const tryRemove = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  const context = call.arguments.f64()
  if (!mayTry(state, key, { context, timeoutMs: call.arguments.f64() }, call)) return
  const found = findEntry(state, key, call)
  call.result.flag(found >= 0)
  if (found < 0) return
  state.counters.removes += 1
  removeEntry(state, found, MapEventType.removed, call)
}

/** Key → whether it was there and its key not locked. */
export const evict = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  const found = findEntry(state, key, call)
  const isEvicted = found >= 0 && !state.locks.isLocked(key, call.nowMs)
  call.result.flag(isEvicted)
  if (!isEvicted) return
  state.counters.evictions += 1
  removeEntry(state, found, MapEventType.evicted, call)
}

/** Key, context, lifetime → whether it was there. */
export const setTtl = (state: MapState, call: FragmentCall): void => {
  const key = call.arguments.bytes()
  if (!mayWrite(state, key, call.arguments.f64(), call)) return
  const lifetime = lifetimeOf(call)
  const found = findEntry(state, key, call)
  call.result.flag(found >= 0)
  if (found >= 0) changeLifetime(state, found, lifetime, call)
}

/** Key → the entry with what is known about it. */
export const getEntryView = (state: MapState, call: FragmentCall): void => {
  const { store } = state
  const found = findEntry(state, call.arguments.bytes(), call)
  answerValue(state, found, call)
  if (found < 0) return
  const { result } = call
  result.u32(store.keyBytes(found) + store.valueBytes(found))
  result.u32(store.hits(found))
  result.u32(store.version(found))
  result.f64(store.createdAtMs(found))
  result.f64(store.updatedAtMs(found))
  result.f64(store.accessedAtMs(found))
  result.f64(store.expiresAtMs(found))
  result.f64(store.ttlMs(found))
  result.f64(store.maxIdleMs(found))
}
