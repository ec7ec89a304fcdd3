import type { Subscription } from '../operations/index.ts'
import { COLLECTION_OPERATIONS as OPERATIONS, writeValues } from './collectionCalls.ts'
import { readItemEvent, type ItemChange } from './itemEvents.ts'
import {
  callsOf,
  destroyBy,
  itemCodec,
  READ,
  toItem,
  type Call,
  type Destroyable,
  type ProxyContext,
} from './proxy.ts'

export interface ItemEvent<T> {
  readonly change: ItemChange
  readonly item: T
}

/** What queues, lists and sets have in common. Items are equal when their bytes in the grid are. */
export interface SharedCollection<T> extends AsyncIterable<T>, Destroyable {
  readonly name: string
  size(): Promise<number>
  isEmpty(): Promise<boolean>
  contains(item: T): Promise<boolean>
  containsAll(items: readonly T[]): Promise<boolean>
  /** Removes the first such item; whether there was one. */
  remove(item: T): Promise<boolean>
  /** Removes every item that is among `items`; whether that changed anything. */
  removeAll(items: readonly T[]): Promise<boolean>
  /** Removes every item that is not among `items`; whether that changed anything. */
  retainAll(items: readonly T[]): Promise<boolean>
  clear(): Promise<void>
  /**
   * The items in their order: as they are at one moment, up to 2 MB; more comes in pages, each of its
   * own moment.
   */
  toArray(): Promise<T[]>
  /** Calls back for each item that is added or removed from now on, in order, at most once. */
  addItemListener(listener: (event: ItemEvent<T>) => void): Promise<Subscription>
}

export const toItems = (values: readonly unknown[]): Uint8Array[] => values.map(toItem)

/** The proxy of what collections have in common, and the calls for the rest. */
export const shareCollection = <T>(
  { invoker }: ProxyContext,
  serviceId: number,
  name: string,
): { readonly call: Call; readonly shared: SharedCollection<T> } => {
  const { fromItem } = itemCodec<T>()
  const call = callsOf(invoker, serviceId, name)
  const withItems = async (operation: number, items: readonly T[]): Promise<boolean> => {
    const values = toItems(items)
    const isIdempotent = operation === OPERATIONS.CONTAINS
    const result = await call(operation, (sink) => writeValues(sink, values), { isIdempotent })
    return result.flag()
  }
  const size = async (): Promise<number> => (await call(OPERATIONS.SIZE, undefined, READ)).u32()

  async function* iterate(): AsyncGenerator<T, void, undefined> {
    let cursor = 0
    do {
      const from = cursor
      const page = await call(OPERATIONS.ITEMS, (sink) => sink.f64(from), READ)
      while (page.flag()) yield fromItem(page.bytes())
      cursor = page.f64()
    } while (cursor !== 0)
  }

  const shared: SharedCollection<T> = {
    name,
    size,
    isEmpty: async () => (await size()) === 0,
    contains: (item) => withItems(OPERATIONS.CONTAINS, [item]),
    containsAll: (items) => withItems(OPERATIONS.CONTAINS, items),
    async remove(item) {
      const value = toItem(item)
      return (await call(OPERATIONS.REMOVE, (sink) => sink.bytes(value))).flag()
    },
    removeAll: (items) => withItems(OPERATIONS.REMOVE_ALL, items),
    retainAll: (items) => withItems(OPERATIONS.RETAIN_ALL, items),
    async clear() {
      await call(OPERATIONS.CLEAR, undefined, { isIdempotent: true })
    },
    destroy: destroyBy(call),
    async toArray() {
      const items: T[] = []
      for await (const item of iterate()) items.push(item)
      return items
    },
    addItemListener: (listener) =>
      invoker.subscribe(serviceId, name, new Uint8Array(), (event) => {
        const { change, value } = readItemEvent(event)
        listener({ change, item: fromItem(value) })
      }),
    [Symbol.asyncIterator]: iterate,
  }
  return { call, shared }
}
