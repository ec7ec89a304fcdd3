import { writeValues } from '../collectionCalls.ts'
import { shareCollection, toItems, type SharedCollection } from '../collectionProxy.ts'
import type { ProxyContext } from '../proxy.ts'
import { OPERATIONS, SET_SERVICE } from './operations.ts'

/**
 * A set, with as many items as `max-size` allows, each once; items come in the order in which they
 * were added.
 *
 * Promises: what was acknowledged survives the loss of `backup-count` members. Of several who add an
 * equal item at the same time one is told that it did.
 */
export interface SharedSet<T> extends SharedCollection<T> {
  /** Adds an item; whether it was not there, and there was room. */
  add(item: T): Promise<boolean>
  /** Adds the items that are not there, or none where there is no room; whether it added any. */
  addAll(items: readonly T[]): Promise<boolean>
}

export const createSet = <T>(context: ProxyContext, name: string): SharedSet<T> => {
  const { call, shared } = shareCollection<T>(context, SET_SERVICE, name)
  const addAll: SharedSet<T>['addAll'] = async (items) => {
    const values = toItems(items)
    return (await call(OPERATIONS.ADD_ALL, (sink) => writeValues(sink, values))).flag()
  }
  return { ...shared, add: (item) => addAll([item]), addAll }
}
