import type { ByteSink } from '../../bytes/index.ts'
import { readValues, writeValues } from '../collectionCalls.ts'
import { shareCollection, toItems, type SharedCollection } from '../collectionProxy.ts'
import { itemCodec, READ, toItem, type ProxyContext } from '../proxy.ts'
import { LIST_SERVICE, OPERATIONS } from './operations.ts'

/**
 * A list, with as many items as `max-size` allows; indexes count from 0, and one that is not in the
 * list is refused with GRD-031.
 *
 * Promises: what was acknowledged survives the loss of `backup-count` members, in the order in which
 * the owner of the list did it. Searching looks through all items.
 */
export interface List<T> extends SharedCollection<T> {
  /** Adds an item at the end; whether there was room. */
  add(item: T): Promise<boolean>
  /** Inserts an item in front of the one at `index`; whether there was room. */
  addAt(index: number, item: T): Promise<boolean>
  /** Adds all items when there is room for all, else none; whether that changed anything. */
  addAll(items: readonly T[]): Promise<boolean>
  addAllAt(index: number, items: readonly T[]): Promise<boolean>
  get(index: number): Promise<T>
  /** Replaces the item at `index`, which is returned. */
  set(index: number, item: T): Promise<T>
  removeAt(index: number): Promise<T>
  /** Where such an item is first, or -1. */
  indexOf(item: T): Promise<number>
  lastIndexOf(item: T): Promise<number>
  /** The items from `start` up to, without, `end`. */
  subList(start: number, end: number): Promise<T[]>
}

export const createList = <T>(context: ProxyContext, name: string): List<T> => {
  const { fromItem } = itemCodec<T>()
  const { call, shared } = shareCollection<T>(context, LIST_SERVICE, name)

  const addAll: List<T>['addAll'] = async (items) => {
    const values = toItems(items)
    return (await call(OPERATIONS.ADD_ALL, (sink) => writeValues(sink, values))).flag()
  }

  const addAllAt: List<T>['addAllAt'] = async (index, items) => {
    const values = toItems(items)
    const result = await call(OPERATIONS.INSERT_ALL, (sink) => {
      sink.i32(index)
      writeValues(sink, values)
    })
    return result.flag()
  }

  const search = async (operation: number, item: T): Promise<number> => {
    const value = toItem(item)
    return (await call(operation, (sink) => sink.bytes(value), READ)).i32()
  }

  return {
    ...shared,
    add: (item) => addAll([item]),
    addAt: (index, item) => addAllAt(index, [item]),
    addAll,
    addAllAt,
    async get(index) {
      return fromItem((await call(OPERATIONS.GET, (sink) => sink.i32(index), READ)).bytes())
    },
    async set(index, item) {
      const value = toItem(item)
      const result = await call(OPERATIONS.SET, (sink) => {
        sink.i32(index)
        sink.bytes(value)
      })
      return fromItem(result.bytes())
    },
    async removeAt(index) {
      return fromItem((await call(OPERATIONS.REMOVE_AT, (sink) => sink.i32(index))).bytes())
    },
    indexOf: (item) => search(OPERATIONS.INDEX_OF, item),
    lastIndexOf: (item) => search(OPERATIONS.LAST_INDEX_OF, item),
    async subList(start, end) {
      const write = (sink: ByteSink): void => {
        sink.i32(end)
        sink.i32(start)
      }
      const result = await call(OPERATIONS.RANGE, write, READ)
      return readValues(result).map((value) => fromItem(value))
    },
  }
}
