import type { ByteSink } from '../../bytes/index.ts'
import { fromData, toData } from '../../data/index.ts'
import type { MergePolicy } from '../../settings.ts'
import type { RecordStore } from '../../store/index.ts'
import { decideBy, type MergedEntry, winsBy } from '../mergePolicies.ts'
import type { FragmentCall, Merging } from '../structure.ts'
import {
  findEntry,
  readRecord,
  removeEntry,
  type StoredRecord,
  writeMerged,
  writeRecord,
} from './entries.ts'
import { MapEventType } from './events.ts'
import { sameData } from './keyText.ts'
import type { MapState } from './state.ts'

type Facts = Omit<MergedEntry, 'key' | 'value'>

const neverAsInfinity = (expiresAtMs: number): number =>
  expiresAtMs === 0 ? Infinity : expiresAtMs

const factsOf = (store: RecordStore, handle: number): Facts => ({
  hits: store.hits(handle),
  createdAtMs: store.createdAtMs(handle),
  updatedAtMs: store.updatedAtMs(handle),
  accessedAtMs: store.accessedAtMs(handle),
  expiresAtMs: neverAsInfinity(store.hasExpiry(handle) ? store.expiresAtMs(handle) : 0),
})

const factsOfRecord = (record: StoredRecord): Facts => ({
  ...record,
  expiresAtMs: neverAsInfinity(record.expiresAtMs),
})

const withData = (facts: Facts, key: Uint8Array, value: Uint8Array): MergedEntry => ({
  ...facts,
  key: fromData(key),
  value: fromData(value),
})

/** Entries as they are, without those whose time is over; up to a batch of them. */
const write = (
  { store, context, settings }: MapState,
  from: number,
  batch: ByteSink,
  bytesMax: number,
): number | undefined => {
  const end = batch.length + bytesMax
  const nowMs = context.host.clock.now()
  const written = { entries: 0 }
  let cursor: number | undefined = from
  const writeOne = (handle: number): void => {
    const isOver = store.hasExpiry(handle) && neverAsInfinity(store.expiresAtMs(handle)) <= nowMs
    if (isOver) return
    written.entries += 1
    writeRecord(store, handle, batch)
  }
  while (cursor !== undefined && written.entries < settings.mergeBatchSize) {
    if (batch.length >= end) break
    cursor = store.scan(cursor, writeOne, 1)
  }
  return cursor
}

/** Takes the record of the other side as it is; whether that changed anything. */
const take = (
  state: MapState,
  found: number,
  record: StoredRecord,
  call: FragmentCall,
): boolean => {
  const { store } = state
  const isSame =
    found >= 0 &&
    sameData(store.value(found), record.value) &&
    factsOf(store, found).expiresAtMs === neverAsInfinity(record.expiresAtMs)
  if (!isSame) writeMerged(state, found, record, call)
  return !isSame
}

/** Does what a function of the user says; whether that changed anything. */
const takeDecided = (
  state: MapState,
  record: StoredRecord,
  policy: string,
  call: FragmentCall,
): boolean => {
  const { store, surroundings } = state
  const found = findEntry(state, record.key, call)
  const existing =
    found < 0 ? undefined : withData(factsOf(store, found), record.key, store.value(found))
  const merging = withData(factsOfRecord(record), record.key, record.value)
  const decided = decideBy(surroundings.mergeFunctions ?? {}, policy, merging, existing)
  if (decided !== null) return take(state, found, { ...record, value: toData(decided) }, call)
  if (found >= 0) removeEntry(state, found, MapEventType.removed, call)
  return found >= 0
}

const mergeOne = (
  state: MapState,
  record: StoredRecord,
  policy: MergePolicy,
  call: FragmentCall,
): boolean => {
  const found = findEntry(state, record.key, call)
  const existing = found < 0 ? undefined : factsOf(state.store, found)
  const wins = winsBy(policy, factsOfRecord(record), existing)
  if (wins === undefined) return takeDecided(state, record, policy, call)
  return wins && take(state, found, record, call)
}

/** Each entry is merged by itself: a batch that comes twice changes nothing the second time. */
export const mapMerging = (state: MapState): Merging => ({
  policy: state.settings.mergePolicy,
  isWhole: false,
  write: (cursor, batch, bytesMax) => write(state, cursor, batch, bytesMax),
  merge(call, policy) {
    let taken = 0
    // A store outside gets what was merged as it gets what is put.
    if (state.outside !== undefined) state.outside.isTransient = false
    while (!call.arguments.isAtEnd) {
      if (mergeOne(state, readRecord(call.arguments), policy, call)) taken += 1
    }
    return taken
  },
})
