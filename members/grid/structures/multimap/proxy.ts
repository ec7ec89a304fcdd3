import { ByteSink, type ByteSource } from '../../bytes/index.ts'
import { partitionOf } from '../../data/index.ts'
import type { Subscription } from '../../operations/index.ts'
import { keyOf } from '../collection.ts'
import { readValues } from '../collectionCalls.ts'
import type { ItemChange } from '../itemEvents.ts'
import { itemCodec, type Destroyable, type ProxyContext } from '../proxy.ts'
import { DESTROY_OPERATION } from '../structure.ts'
import { readEntryEvent } from './events.ts'
import { MULTI_MAP_SERVICE, OPERATIONS } from './operations.ts'

export interface MultiMapEvent<Key, Value> {
  readonly change: ItemChange
  readonly key: Key
  readonly value: Value
}

/**
 * Several values under a key: each once, or with value-collection-type LIST as often as it is put.
 *
 * Promises: a change that was acknowledged survives the loss of `backup-count` members. Changes and
 * reads of one key happen one after the other; `size`, `keySet`, `values`, `entrySet` and `clear` go
 * through the partitions, and see what changes meanwhile or do not.
 */
export interface MultiMap<Key, Value> extends Destroyable {
  readonly name: string
  /** Whether that changed anything. */
  put(key: Key, value: Value): Promise<boolean>
  putAll(entries: readonly (readonly [Key, readonly Value[]])[]): Promise<void>
  /** In the order in which they were put; none for a key that is not there. */
  get(key: Key): Promise<Value[]>
  /** Removes one such value; whether there was one. */
  remove(key: Key, value: Value): Promise<boolean>
  /** Removes all values of a key, which it gives. */
  removeAll(key: Key): Promise<Value[]>
  containsKey(key: Key): Promise<boolean>
  containsValue(value: Value): Promise<boolean>
  containsEntry(key: Key, value: Value): Promise<boolean>
  /** How many values there are. */
  size(): Promise<number>
  valueCount(key: Key): Promise<number>
  keySet(): Promise<Key[]>
  values(): Promise<Value[]>
  entrySet(): Promise<[Key, Value][]>
  clear(): Promise<void>
  /** Calls back for each value that is put or removed, of one key or all; in order for a key. */
  addEntryListener(
    listener: (event: MultiMapEvent<Key, Value>) => void,
    key?: Key,
  ): Promise<Subscription>
}

export const createMultiMap = <Key, Value>(
  context: ProxyContext,
  name: string,
): MultiMap<Key, Value> => {
  const keys = itemCodec<Key>()
  const values = itemCodec<Value>()
  const { onKey, onAll, pages } = callsOf(context, name)

  const write = (key: Key, value?: Value): Uint8Array[] => {
    const written = [keys.toItem(key)]
    if (value !== undefined) written.push(values.toItem(value))
    return written
  }
  const read = (source: ByteSource): Value[] =>
    readValues(source).map((value) => values.fromItem(value))

  const entrySet = async (): Promise<[Key, Value][]> => {
    const entries: [Key, Value][] = []
    for await (const page of pages(OPERATIONS.ENTRIES)) {
      while (page.flag()) {
        entries.push([keys.fromItem(page.bytes()), values.fromItem(page.bytes())])
      }
    }
    return entries
  }

  const put: MultiMap<Key, Value>['put'] = async (key, value) =>
    (await onKey(OPERATIONS.PUT, write(key, value))).flag()

  return {
    name,
    put,
    async putAll(entries) {
      for (const [key, all] of entries) for (const value of all) await put(key, value)
    },
    get: async (key) => read(await onKey(OPERATIONS.GET, write(key), true)),
    remove: async (key, value) => (await onKey(OPERATIONS.REMOVE, write(key, value))).flag(),
    removeAll: async (key) => read(await onKey(OPERATIONS.REMOVE_ALL, write(key))),
    containsKey: async (key) => (await onKey(OPERATIONS.CONTAINS_KEY, write(key), true)).flag(),
    async containsValue(value) {
      const answers = await onAll(OPERATIONS.CONTAINS_VALUE, [values.toItem(value)])
      return answers.some((answer) => answer.flag())
    },
    containsEntry: async (key, value) =>
      (await onKey(OPERATIONS.CONTAINS_ENTRY, write(key, value), true)).flag(),
    async size() {
      const answers = await onAll(OPERATIONS.SIZE, [])
      return answers.reduce((sum, answer) => sum + answer.u32(), 0)
    },
    valueCount: async (key) => (await onKey(OPERATIONS.VALUE_COUNT, write(key), true)).u32(),
    async keySet() {
      // A key may move to another page when its first value goes meanwhile.
      const found = new Map<string, Key>()
      for await (const page of pages(OPERATIONS.KEYS)) {
        while (page.flag()) {
          const key = page.bytes()
          found.set(keyOf(key), keys.fromItem(key))
        }
      }
      return [...found.values()]
    },
    values: async () => (await entrySet()).map(([, value]) => value),
    entrySet,
    async destroy() {
      await onAll(DESTROY_OPERATION, [])
    },
    async clear() {
      await onAll(OPERATIONS.CLEAR, [])
    },
    addEntryListener: listeningTo<Key, Value>(context, name),
  }
}

const listeningTo =
  <Key, Value>({ invoker }: ProxyContext, name: string): MultiMap<Key, Value>['addEntryListener'] =>
  (listener, wanted) => {
    const [keys, values] = [itemCodec<Key>(), itemCodec<Value>()]
    const filter = wanted === undefined ? new Uint8Array() : keys.toItem(wanted)
    return invoker.subscribe(MULTI_MAP_SERVICE, name, filter, (event) => {
      const { change, key, value } = readEntryEvent(event)
      listener({ change, key: keys.fromItem(key), value: values.fromItem(value) })
    })
  }

/** Calls to the partition of a key, to all partitions, and through their pages. */
const callsOf = ({ invoker }: ProxyContext, name: string) => {
  const everywhere = Array.from({ length: invoker.partitionCount }, (_, partition) => partition)
  const about = (operation: number, values: readonly Uint8Array[]) => {
    const sink = new ByteSink()
    for (const value of values) sink.bytes(value)
    return { serviceId: MULTI_MAP_SERVICE, operation, name, arguments: sink.copy() }
  }

  async function* pages(operation: number): AsyncGenerator<ByteSource, void, undefined> {
    let cursors = everywhere.map((partition) => ({ partition, cursor: 0 }))
    while (cursors.length > 0) {
      const asked = cursors.map(({ partition, cursor }) => {
        const sink = new ByteSink()
        sink.f64(cursor)
        return { ...about(operation, []), partition, arguments: sink.copy(), isIdempotent: true }
      })
      const answers = await invoker.invokeAll(asked)
      const next: typeof cursors = []
      for (const [index, page] of answers.entries()) {
        yield page
        const cursor = page.f64()
        if (cursor !== 0) next.push({ partition: cursors[index]!.partition, cursor })
      }
      cursors = next
    }
  }

  return {
    onKey: (operation: number, values: readonly Uint8Array[], isIdempotent = false) => {
      const partition = partitionOf(values[0]!, invoker.partitionCount)
      return invoker.invoke({ ...about(operation, values), partition, isIdempotent })
    },
    async onAll(operation: number, values: readonly Uint8Array[]): Promise<ByteSource[]> {
      const invocation = { ...about(operation, values), isIdempotent: true }
      return [...(await invoker.invokeOnPartitions(everywhere, invocation)).values()]
    },
    pages,
  }
}
