import type { ByteSource } from '../../../bytes/index.ts'
import { fromData, toData } from '../../../data/index.ts'
import {
  aggregatorOf,
  always,
  checkIndex,
  checkPage,
  compareAnchors,
  compilePredicate,
  compileProjection,
  type Aggregation,
  type Anchor,
  type Page,
  type PagingPredicate,
  type Predicate,
  type Projection,
} from '../../../query/index.ts'
import type { IndexSettings } from '../../../settings.ts'
import { pagesOf } from './bulkCalls.ts'
import { beginArguments, READS, type MapCaller } from './caller.ts'
import { keyTextOf } from '../keyText.ts'
import { MapOperation } from '../operations.ts'

/**
 * Entries by what is in them. A query sees each partition as it is when the query gets there; an
 * entry that is there all the time is found once. Results are held in memory by the caller; those of
 * a paging predicate are one page.
 */
export interface QueryCalls<Key, Value> {
  keySet(predicate?: Predicate | PagingPredicate): Promise<Key[]>
  values(predicate?: Predicate | PagingPredicate): Promise<Value[]>
  entrySet(predicate?: Predicate | PagingPredicate): Promise<[Key, Value][]>
  /** What the projection makes of each entry that matches. */
  project<Result = unknown>(projection: Projection, predicate?: Predicate): Promise<Result[]>
  /** Every partition sends what its entries add up to. */
  aggregate<Result = unknown>(aggregation: Aggregation, predicate?: Predicate): Promise<Result>
  /** An index beside those of the settings, unless there is one of its name. */
  addIndex(index: Pick<IndexSettings, 'type' | 'attributes'> & { name?: string }): Promise<void>
}

interface FoundEntry {
  readonly key: Uint8Array
  /** Empty where values are not wanted. */
  readonly value: Uint8Array
}

const NO_VALUE = new Uint8Array(0)

const isPaging = (predicate: Predicate | PagingPredicate): predicate is PagingPredicate =>
  'pageSize' in predicate

const allPartitions = (caller: MapCaller): number[] =>
  Array.from({ length: caller.invoker.partitionCount }, (_, at) => at)

/** Answers of `query`: of all partitions, then of those that have more. */
const queryPages = async function* (
  caller: MapCaller,
  predicate: Predicate,
  withValues: boolean,
  projection: Projection | null,
): AsyncGenerator<ByteSource[], void> {
  const [predicateData, projectionData] = [toData(predicate), toData(projection)]
  let cursors = allPartitions(caller).map((partition) => ({ partition, cursor: 0 }))
  while (cursors.length > 0) {
    const calls = cursors.map(({ partition, cursor }) => {
      const sink = beginArguments()
      sink.f64(cursor)
      sink.bytes(predicateData)
      sink.flag(withValues)
      sink.bytes(projectionData)
      return { partition, arguments: sink.copy(), keys: [] }
    })
    const results = await caller.onEach(MapOperation.query, calls, READS)
    yield results
    const asked = cursors
    cursors = results
      .map((result, at) => ({ partition: asked[at]!.partition, cursor: result.f64() }))
      .filter(({ cursor }) => cursor >= 0)
  }
}

/** Entries that match, each once. A predicate that makes no sense is refused before it is sent. */
const matching = async (
  caller: MapCaller,
  predicate: Predicate,
  withValues: boolean,
): Promise<FoundEntry[]> => {
  compilePredicate(predicate)
  const found: FoundEntry[] = []
  if (predicate.kind === 'true') {
    for await (const page of pagesOf(caller, allPartitions(caller), withValues)) {
      for (const { key, value = NO_VALUE } of page) found.push({ key, value })
    }
    return found
  }
  const seen = new Set<string>()
  for await (const results of queryPages(caller, predicate, withValues, null)) {
    for (const result of results) {
      while (result.flag()) {
        const key = result.bytes()
        const value = withValues ? result.bytes() : NO_VALUE
        const text = keyTextOf(key)
        if (!seen.has(text)) found.push({ key, value })
        seen.add(text)
      }
    }
  }
  return found
}

/** The page that a paging predicate stands at. */
const pageOf = async (caller: MapCaller, paging: PagingPredicate): Promise<FoundEntry[]> => {
  const { page, pageSize, orders, anchors } = paging
  checkPage({ orders, after: null, countMax: pageSize })
  compilePredicate(paging.predicate)
  // From the end of the nearest page before that is known.
  let known = Math.min(page, anchors.length)
  while (known > 0 && anchors[known - 1] === undefined) known -= 1
  const countMax = (page - known + 1) * pageSize
  const wanted: Page = { orders, after: anchors[known - 1] ?? null, countMax }
  const sink = beginArguments()
  sink.bytes(toData(paging.predicate))
  sink.bytes(toData(wanted))
  const results = await caller.onPartitions(MapOperation.queryPage, READS)
  const found: (FoundEntry & { anchor: Anchor })[] = []
  for (const result of results.values()) {
    while (result.flag()) {
      const [key, value] = [result.bytes(), result.bytes()]
      found.push({ key, value, anchor: fromData(result.bytes()) as Anchor })
    }
  }
  const compare = compareAnchors(orders)
  found.sort((left, right) => compare(left.anchor, right.anchor))
  for (let at = known; at <= page; at += 1) {
    anchors[at] = found[(at - known + 1) * pageSize - 1]?.anchor
  }
  const start = (page - known) * pageSize
  return found.slice(start, start + pageSize)
}

const project = async (
  caller: MapCaller,
  projection: Projection,
  predicate: Predicate,
): Promise<unknown[]> => {
  compilePredicate(predicate)
  compileProjection(projection)
  const projected = new Map<string, unknown>()
  for await (const results of queryPages(caller, predicate, false, projection)) {
    for (const result of results) {
      while (result.flag()) projected.set(keyTextOf(result.bytes()), fromData(result.bytes()))
    }
  }
  return [...projected.values()]
}

const aggregate = async (
  caller: MapCaller,
  aggregation: Aggregation,
  predicate: Predicate,
): Promise<unknown> => {
  compilePredicate(predicate)
  const { create, combine, finish } = aggregatorOf(aggregation)
  const sink = beginArguments()
  sink.bytes(toData(predicate))
  sink.bytes(toData(aggregation))
  let combined = create()
  for (const result of (await caller.onPartitions(MapOperation.aggregate, READS)).values()) {
    combined = combine(combined, fromData(result.bytes()))
  }
  return finish(combined)
}

export const createQueryCalls = <Key, Value>(caller: MapCaller): QueryCalls<Key, Value> => {
  const find = (predicate: Predicate | PagingPredicate, withValues = true) =>
    isPaging(predicate) ? pageOf(caller, predicate) : matching(caller, predicate, withValues)
  const keyOf = ({ key }: FoundEntry): Key => fromData(key) as Key
  const valueOf = ({ value }: FoundEntry): Value => fromData(value) as Value
  return {
    keySet: async (predicate = always()) => (await find(predicate, false)).map(keyOf),
    values: async (predicate = always()) => (await find(predicate)).map(valueOf),
    entrySet: async (predicate = always()) =>
      (await find(predicate)).map((entry): [Key, Value] => [keyOf(entry), valueOf(entry)]),
    project: async <Result>(projection: Projection, predicate = always()) =>
      (await project(caller, projection, predicate)) as Result[],
    aggregate: async <Result>(aggregation: Aggregation, predicate = always()) =>
      (await aggregate(caller, aggregation, predicate)) as Result,
    async addIndex({ name, type, attributes }) {
      const definition: IndexSettings = { name, type, attributes }
      checkIndex(definition)
      beginArguments().bytes(toData(definition))
      await caller.onPartitions(MapOperation.addIndex, { isIdempotent: true })
    },
  }
}
