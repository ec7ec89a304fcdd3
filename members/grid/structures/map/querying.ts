import type { ByteSource } from '../../bytes/index.ts'
import { fromData, toData } from '../../data/index.ts'
import {
  aggregatorOf,
  anchorReader,
  checkIndex,
  checkPage,
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
import { keyTextOf, sameData } from './keyText.ts'
import type { MapState } from './state.ts'
import { StoredEntry } from './storedEntry.ts'

/** A predicate, ready to run. */
interface Wanted {
  readonly predicate: Predicate
  readonly matches: Matcher
}

/** A query comes to every partition with the same predicate: the last one is kept as it was made. */
let lastBytes = new Uint8Array(0)
let lastWanted: Wanted | undefined

/** Reads a predicate; GRD-020 where it makes no sense. */
export const readPredicate = (source: ByteSource): Wanted => {
  const bytes = source.bytes()
  if (lastWanted === undefined || !sameData(bytes, lastBytes)) {
    const predicate = fromData(bytes) as Predicate
    lastWanted = { predicate, matches: compilePredicate(predicate) }
    lastBytes = bytes.slice()
  }
  return lastWanted
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

/** Writes a flag, the key, and what else is wanted of a record. */
const resultWriter = (
  { store }: MapState,
  withValues: boolean,
  projection: Projection | null,
  { result }: FragmentCall,
): ((handle: number, entry: StoredEntry) => void) => {
  const project = projection === null ? undefined : compileProjection(projection)
  return (handle, entry) => {
    result.flag(true)
    store.writeKey(handle, result)
    if (project !== undefined) result.bytes(toData(project(entry)))
    else if (withValues) store.writeValue(handle, result)
  }
}

/** An answer found by an index may be so much longer than a page before it is sought in pages. */
const INDEXED_PAGES = 4

/**
 * Cursor (f64, first 0), predicate, with values, projection → a flag, the key and the projection or,
 * if wanted, value of each entry that matches; at the end no flag and the next cursor, -1 after the
 * last one. What an index finds comes at once unless it is much; else it comes in pages, as
 * `entries` does.
 */
export const query = (state: MapState, call: FragmentCall): void => {
  const { arguments: source, result } = call
  let cursor: number | undefined = source.f64()
  const { predicate, matches } = readPredicate(source)
  const withValues = source.flag()
  const projection = fromData(source.bytes()) as Projection | null
  const write = resultWriter(state, withValues, projection, call)
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
  const wanted = readPredicate(source)
  const page = fromData(source.bytes()) as Page
  checkPage(page)
  const { orders, after, countMax } = page
  const anchorOf = anchorReader(orders)
  const compare = compareAnchors(orders)
  const found: { readonly handle: number; readonly anchor: Anchor }[] = []
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
  const wanted = readPredicate(call.arguments)
  const { create, accumulate } = aggregatorOf(fromData(call.arguments.bytes()) as Aggregation)
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
