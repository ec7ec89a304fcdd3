import { EngineError } from '../../../../runtime/errors/index.ts'
import type { ByteSource } from '../../bytes/index.ts'
import { fromData, toData } from '../../data/index.ts'
import {
  aggregatorOf,
  always,
  checkIndex,
  compareAnchors,
  compilePredicate,
  compileProjection,
  type Aggregation,
  type Anchor,
  type Page,
  type PagingPredicate,
  type Predicate,
  type Projection,
} from '../../query/index.ts'
import type { IndexSettings } from '../../settings.ts'
import { pagesOf } from './bulkCalls.ts'
import { beginArguments, READS, type MapCaller } from './caller.ts'
import { keyTextOf } from './keyText.ts'
import { MapOperation } from './operations.ts'
import { QueryResult } from './querying.ts'

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
  readonly value: Uint8Array
}

const isPaging = (predicate: Predicate | PagingPredicate): predicate is PagingPredicate =>
  'pageSize' in predicate

const allPartitions = (caller: MapCaller): number[] =>
  Array.from({ length: caller.invoker.partitionCount }, (_, at) => at)

/** Entries that match, in pages. A predicate that makes no sense is refused before it is sent. */
const matching = async function* (
  caller: MapCaller,
  predicate: Predicate,
): AsyncGenerator<FoundEntry[], void> {
  compilePredicate(predicate)
  if (predicate.kind === 'true') {
    for await (const page of pagesOf(caller, allPartitions(caller), true)) {
      yield page.map(({ key, value }) => ({ key, value: value! }))
    }
    return
  }
  const seen = new Set<string>()
  const pages = queryPages(caller, QueryResult.entries, predicate, null)
  for await (const results of pages) {
    const entries: FoundEntry[] = []
    for (const result of results) {
      while (result.flag()) {
        const [key, value] = [result.bytes(), result.bytes()]
        const text = keyTextOf(key)
        if (!seen.has(text)) entries.push({ key, value })
        seen.add(text)
      }
    }
    yield entries
  }
}

/** Answers of `query`: of all partitions, then of those that have more. */
const queryPages = async function* (
  caller: MapCaller,
  kind: number,
  predicate: Predicate,
  projection: Projection | null,
): AsyncGenerator<ByteSource[], void> {
  const [predicateData, projectionData] = [toData(predicate), toData(projection)]
  let cursors = allPartitions(caller).map((partition) => ({ partition, cursor: 0 }))
  while (cursors.length > 0) {
    const calls = cursors.map(({ partition, cursor }) => {
      const sink = beginArguments()
      sink.f64(cursor)
      sink.u8(kind)
      sink.bytes(predicateData)
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

/** The page that a paging predicate stands at. */
const pageOf = async (caller: MapCaller, paging: PagingPredicate): Promise<FoundEntry[]> => {
  const { page, pageSize, orders, anchors } = paging
  if (!Number.isInteger(pageSize) || pageSize < 1) {
    throw new EngineError('GRD-020', `A page of ${pageSize} entries makes no sense`)
  }
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
  const projected: unknown[] = []
  for await (const results of queryPages(caller, QueryResult.projection, predicate, projection)) {
    for (const result of results) while (result.flag()) projected.push(fromData(result.bytes()))
  }
  return projected
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
  const find = async (predicate: Predicate | PagingPredicate): Promise<FoundEntry[]> => {
    if (isPaging(predicate)) return pageOf(caller, predicate)
    const found: FoundEntry[] = []
    for await (const page of matching(caller, predicate))
      for (const entry of page) found.push(entry)
    return found
  }
  const keyOf = ({ key }: { key: Uint8Array }): Key => fromData(key) as Key
  const valueOf = ({ value }: FoundEntry): Value => fromData(value) as Value
  return {
    async keySet(predicate = always()) {
      if (isPaging(predicate) || predicate.kind !== 'true') {
        return (await find(predicate)).map(keyOf)
      }
      const keys: Key[] = []
      for await (const page of pagesOf(caller, allPartitions(caller), false)) {
        for (const entry of page) keys.push(keyOf(entry))
      }
      return keys
    },
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
