import { fromData, toData } from '../../data/index.ts'
import {
  aggregatorOf,
  anchorReader,
  checkIndex,
  compareAnchors,
  compilePredicate,
  compileProjection,
  type Aggregation,
  type Anchor,
  type Matcher,
  type Page,
  type Predicate,
  type Projection,
} from '../../query/index.ts'
import type { IndexSettings } from '../../settings.ts'
import type { FragmentCall } from '../structure.ts'
import { PAGE_BYTES } from './bulkOperations.ts'
import { keyTextOf } from './keyText.ts'
import type { MapState } from './state.ts'
import { StoredEntry } from './storedEntry.ts'

/** What of an entry that matches is answered (u8). */
export const QueryResult = { keys: 1, values: 2, entries: 3, projection: 4 } as const

interface Wanted {
  readonly predicate: Predicate
  readonly matches: Matcher
}

const isLive = ({ store }: MapState, handle: number, nowMs: number): boolean => {
  const expiresAtMs = store.expiresAtMs(handle)
  return expiresAtMs === 0 || expiresAtMs > nowMs
}

/** Visits every record that matches, by an index where one helps. Visitors change nothing. */
export const matchingHandles = (
  state: MapState,
  { predicate, matches }: Wanted,
  nowMs: number,
  visit: (handle: number, entry: StoredEntry) => void,
): void => {
  const entry = new StoredEntry(state.store)
  const look = (handle: number): void => {
    if (isLive(state, handle, nowMs) && matches(entry.at(handle))) visit(handle, entry)
  }
  const found = state.indexes.find(predicate)
  if (found === undefined) state.store.scan(0, look, Infinity)
  else for (const handle of found) look(handle)
}

/** Writes what is wanted of a record. */
const resultWriter = (
  { store }: MapState,
  { kind, projection }: { readonly kind: number; readonly projection: Projection | null },
  call: FragmentCall,
): ((handle: number, entry: StoredEntry) => void) => {
  const { result } = call
  const project =
    kind === QueryResult.projection && projection !== null
      ? compileProjection(projection)
      : undefined
  return (handle, entry) => {
    result.flag(true)
    if (project !== undefined) {
      result.bytes(toData(project(entry)))
      return
    }
    if (kind !== QueryResult.values) store.writeKey(handle, result)
    if (kind !== QueryResult.keys) store.writeValue(handle, result)
  }
}

/** An answer found by an index may be so much longer than a page before it is sought in pages. */
const INDEXED_PAGES = 4

/**
 * Cursor (f64, first 0), kind of result, predicate, projection → a flag and the result of each entry
 * that matches; at the end no flag and the next cursor, -1 after the last one. What an index finds
 * comes at once unless it is much; else it comes in pages, as `entries` does.
 */
export const query = (state: MapState, call: FragmentCall): void => {
  const { arguments: source, result } = call
  let cursor: number | undefined = source.f64()
  const kind = source.u8()
  const predicate = fromData(source.bytes()) as Predicate
  const projection = fromData(source.bytes()) as Projection | null
  const matches = compilePredicate(predicate)
  const write = resultWriter(state, { kind, projection }, call)
  const entry = new StoredEntry(state.store)
  const look = (handle: number): void => {
    if (isLive(state, handle, call.nowMs) && matches(entry.at(handle))) write(handle, entry)
  }
  const start = result.length
  const found = cursor === 0 ? state.indexes.find(predicate) : undefined
  if (found !== undefined) {
    for (const handle of found) {
      look(handle)
      if (result.length - start > INDEXED_PAGES * PAGE_BYTES) break
    }
    if (result.length - start <= INDEXED_PAGES * PAGE_BYTES) {
      result.flag(false)
      result.f64(-1)
      return
    }
    result.reset(start)
  }
  const end = start + PAGE_BYTES
  while (cursor !== undefined && result.length < end) cursor = state.store.scan(cursor, look, 1)
  result.flag(false)
  result.f64(cursor ?? -1)
}

/**
 * Predicate, page → a flag, key, value and anchor of each entry of the page that is in this
 * partition, in order; no flag at the end.
 */
export const queryPage = (state: MapState, call: FragmentCall): void => {
  const { arguments: source, result } = call
  const predicate = fromData(source.bytes()) as Predicate
  const { orders, after, countMax } = fromData(source.bytes()) as Page
  const anchorOf = anchorReader(orders)
  const compare = compareAnchors(orders)
  const found: { readonly handle: number; readonly anchor: Anchor }[] = []
  const wanted = { predicate, matches: compilePredicate(predicate) }
  matchingHandles(state, wanted, call.nowMs, (handle, entry) => {
    const anchor = anchorOf(entry, keyTextOf(state.store.key(handle)))
    if (after === null || compare(anchor, after) > 0) found.push({ handle, anchor })
  })
  found.sort((left, right) => compare(left.anchor, right.anchor))
  for (const { handle, anchor } of found.slice(0, countMax)) {
    result.flag(true)
    state.store.writeKey(handle, result)
    state.store.writeValue(handle, result)
    result.bytes(toData(anchor))
  }
  result.flag(false)
}

/** Predicate, aggregation → the state of this partition, to be combined with those of others. */
export const aggregate = (state: MapState, call: FragmentCall): void => {
  const predicate = fromData(call.arguments.bytes()) as Predicate
  const { create, accumulate } = aggregatorOf(fromData(call.arguments.bytes()) as Aggregation)
  const wanted = { predicate, matches: compilePredicate(predicate) }
  let aggregated = create()
  matchingHandles(state, wanted, call.nowMs, (_handle, entry) => {
    aggregated = accumulate(aggregated, entry)
  })
  call.result.bytes(toData(aggregated))
}

/** Definition of an index → nothing. */
export const addIndex = (state: MapState, call: FragmentCall): void => {
  const definition = fromData(call.arguments.bytes()) as IndexSettings
  checkIndex(definition)
  state.indexes.define(definition, call.effects)
}
