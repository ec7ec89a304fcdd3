import { fromData, partitionOfName } from '../../../data/index.ts'
import { beginArguments, dataOf, READS, type MapCaller } from './caller.ts'
import { getAll, putAll } from './keyGroups.ts'
import { keyTextOf } from '../keyText.ts'
import { MapOperation } from '../operations.ts'

/** What can be done with many entries at once. */
export interface BulkCalls<Key, Value> {
  /** The entries that are there, by the keys as they were given. */
  getAll(keys: Iterable<Key>): Promise<Map<Key, Value>>
  /** Entries of one partition are written together; a failure may leave others unwritten. */
  putAll(entries: Iterable<readonly [Key, Value]>): Promise<void>
  setAll(entries: Iterable<readonly [Key, Value]>): Promise<void>
  containsValue(value: Value): Promise<boolean>
  size(): Promise<number>
  isEmpty(): Promise<boolean>
  /** Removes all entries but those whose keys are locked. */
  clear(): Promise<void>
  /** Takes all entries out of memory but those whose keys are locked. */
  evictAll(): Promise<void>
  /** Removes all entries and all locks. */
  destroy(): Promise<void>
  /** Every entry that is there from the beginning to the end of the iteration, once. */
  iterator(): AsyncGenerator<[Key, Value], void>
  [Symbol.asyncIterator](): AsyncGenerator<[Key, Value], void>
  /** The entries of one partition, as `iterator` yields them: for those who work through a map in parts. */
  partitionEntries(partition: number): Promise<[Key, Value][]>
}

/** Partitions whose pages are asked for at once. */
const PARTITIONS_AT_ONCE = 32

/** Pages of entries (without values: of keys) of partitions, as bytes. */
export const pagesOf = async function* (
  caller: MapCaller,
  partitions: readonly number[],
  withValues: boolean,
): AsyncGenerator<{ key: Uint8Array; value: Uint8Array | undefined }[], void> {
  let cursors = partitions.map((partition) => ({ partition, cursor: 0 }))
  const seen = new Set<string>()
  while (cursors.length > 0) {
    const results = await caller.onEach(
      MapOperation.entries,
      cursors.map(({ partition, cursor }) => {
        const sink = beginArguments()
        sink.f64(cursor)
        sink.flag(withValues)
        return { partition, arguments: sink.copy(), keys: [] }
      }),
      READS,
    )
    const next: typeof cursors = []
    const page: { key: Uint8Array; value: Uint8Array | undefined }[] = []
    for (const [index, result] of results.entries()) {
      while (result.flag()) {
        const key = result.bytes()
        const value = withValues ? result.bytes() : undefined
        const text = keyTextOf(key)
        if (!seen.has(text)) page.push({ key, value })
        seen.add(text)
      }
      const cursor = result.f64()
      if (cursor >= 0) next.push({ partition: cursors[index]!.partition, cursor })
    }
    cursors = next
    yield page
  }
}

export const createBulkCalls = <Key, Value>(caller: MapCaller): BulkCalls<Key, Value> => {
  const { name, invoker } = caller
  const count = invoker.partitionCount

  const countAll = async (operation: number, isRead: boolean): Promise<number> => {
    beginArguments()
    const results = await caller.onPartitions(operation, isRead ? READS : {})
    let sum = 0
    for (const result of results.values()) sum += result.u32()
    return sum
  }

  const takeAll = async (operation: number, isCleared: boolean): Promise<void> => {
    const taken = await countAll(operation, false)
    if (taken === 0) return
    const sink = beginArguments()
    sink.flag(isCleared)
    sink.u32(taken)
    // The entries are gone: that nobody might know of it twice is no reason to fail.
    const partitions = [partitionOfName(name, count)]
    await caller.onPartitions(MapOperation.tellAll, { partitions, isIdempotent: true })
  }

  const iterator = async function* (): AsyncGenerator<[Key, Value], void> {
    for (let from = 0; from < count; from += PARTITIONS_AT_ONCE) {
      const length = Math.min(PARTITIONS_AT_ONCE, count - from)
      const partitions = Array.from({ length }, (_, at) => from + at)
      for await (const page of pagesOf(caller, partitions, true)) {
        for (const { key, value } of page) yield [fromData(key) as Key, fromData(value!) as Value]
      }
    }
  }

  return {
    getAll: (keys) => getAll(caller, keys),
    putAll: (entries) => putAll(caller, entries),
    setAll: (entries) => putAll(caller, entries),
    async containsValue(value) {
      const data = dataOf(value, 'value', name)
      beginArguments().bytes(data)
      const results = await caller.onPartitions(MapOperation.containsValue, READS)
      return [...results.values()].some((result) => result.flag())
    },
    size: () => countAll(MapOperation.size, true),
    isEmpty: async () => (await countAll(MapOperation.size, true)) === 0,
    clear: () => takeAll(MapOperation.clear, true),
    evictAll: () => takeAll(MapOperation.evictAll, false),
    async destroy() {
      beginArguments()
      await caller.onPartitions(MapOperation.destroy)
    },
    iterator,
    async partitionEntries(partition) {
      const entries: [Key, Value][] = []
      for await (const page of pagesOf(caller, [partition], true)) {
        for (const { key, value } of page) {
          entries.push([fromData(key) as Key, fromData(value!) as Value])
        }
      }
      return entries
    },
    [Symbol.asyncIterator]: iterator,
  }
}
