import type { ByteSink, ByteSource } from '../../bytes/index.ts'
import { readOptional, writeValues } from '../collectionCalls.ts'
import { shareCollection, toItems, type SharedCollection } from '../collectionProxy.ts'
import { itemCodec, READ, toItem, type ProxyContext } from '../proxy.ts'
import { OPERATIONS, QUEUE_SERVICE } from './operations.ts'

/**
 * A queue, first in, first out, with as many items as `max-size` allows.
 *
 * Promises: an item that was added survives the loss of `backup-count` members. Each item is given to
 * one taker. A taker that is not answered (error GRD-002) may have taken an item that nobody gets:
 * for takers that may die with an item in hand, keep the item elsewhere until it is done with.
 * Who waits longest is served first, until the owner of the queue changes.
 */
export interface Queue<T> extends SharedCollection<T> {
  /** Adds an item when there is room within `waitMs`; whether there was. */
  offer(item: T, waitMs?: number, signal?: AbortSignal): Promise<boolean>
  /** Adds an item as soon as there is room. */
  put(item: T, signal?: AbortSignal): Promise<void>
  /** Adds an item now; rejects with GRD-030 when there is no room. */
  add(item: T): Promise<void>
  /** Adds all items now; rejects with GRD-030, adding none, when there is no room for all. */
  addAll(items: readonly T[]): Promise<void>
  /** Takes the first item; null when there is none within `waitMs`. */
  poll(waitMs?: number, signal?: AbortSignal): Promise<T | null>
  /** Takes the first item, as soon as there is one. */
  take(signal?: AbortSignal): Promise<T>
  /** The first item, which stays; null when there is none. */
  peek(): Promise<T | null>
  /** Takes up to `countMax` items and adds them to `target`; how many there were. */
  drainTo(target: T[], countMax?: number): Promise<number>
  /** How many more items there is room for; Infinity without a limit. */
  remainingCapacity(): Promise<number>
}

export const createQueue = <T>(context: ProxyContext, name: string): Queue<T> => {
  const { fromItem } = itemCodec<T>()
  const { call, shared } = shareCollection<T>(context, QUEUE_SERVICE, name)

  const readItem = (result: ByteSource): T | null => {
    const value = readOptional(result)
    return value === undefined ? null : fromItem(value)
  }

  const offer: Queue<T>['offer'] = async (item, waitMs = 0, signal) => {
    const value = toItem(item)
    const write = (sink: ByteSink): void => {
      sink.f64(waitMs)
      sink.bytes(value)
    }
    return (await call(OPERATIONS.OFFER, write, { waitMs, signal })).flag()
  }

  const addAll: Queue<T>['addAll'] = async (items) => {
    const values = toItems(items)
    await call(OPERATIONS.ADD_ALL, (sink) => writeValues(sink, values))
  }

  const poll: Queue<T>['poll'] = async (waitMs = 0, signal) => {
    const result = await call(OPERATIONS.POLL, (sink) => sink.f64(waitMs), { waitMs, signal })
    return readItem(result)
  }

  return {
    ...shared,
    offer,
    async put(item, signal) {
      await offer(item, Infinity, signal)
    },
    async add(item) {
      await addAll([item])
    },
    addAll,
    poll,
    take: async (signal) => (await poll(Infinity, signal))!,
    peek: async () => readItem(await call(OPERATIONS.PEEK, undefined, READ)),
    async drainTo(target, countMax = Infinity) {
      let count = 0
      for (let isMore = true; isMore && count < countMax;) {
        const wanted = countMax - count
        const page = await call(OPERATIONS.DRAIN, (sink) => sink.f64(wanted))
        for (; page.flag(); count += 1) target.push(fromItem(page.bytes()))
        isMore = page.flag()
      }
      return count
    },
    remainingCapacity: async () => (await call(OPERATIONS.ROOM, undefined, READ)).f64(),
  }
}
