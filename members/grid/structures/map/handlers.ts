import { WireFault } from '../../../wire/index.ts'
import type { FragmentCall } from '../structure.ts'
import * as bulk from './bulkOperations.ts'
import * as journal from './journalOperations.ts'
import * as keys from './keyOperations.ts'
import * as locks from './lockOperations.ts'
import { MapOperation } from './operations.ts'
import * as processing from './processing.ts'
import * as querying from './querying.ts'
import type { MapState } from './state.ts'
import { invalidationState, statistics } from './statistics.ts'

type Handler = (state: MapState, call: FragmentCall) => void

const HANDLERS: Readonly<Record<keyof typeof MapOperation, Handler>> = {
  get: keys.get,
  put: keys.put,
  set: keys.set,
  putIfAbsent: keys.putIfAbsent,
  putTransient: keys.set,
  tryPut: keys.tryPut,
  replace: keys.replace,
  replaceIfSame: keys.replaceIfSame,
  remove: keys.remove,
  removeIfSame: keys.removeIfSame,
  delete: keys.deleteKey,
  tryRemove: keys.tryRemove,
  containsKey: keys.containsKey,
  evict: keys.evict,
  setTtl: keys.setTtl,
  getEntryView: keys.getEntryView,
  containsValue: bulk.containsValue,
  size: bulk.size,
  getAll: bulk.getAll,
  putAll: bulk.putAll,
  entries: bulk.entries,
  clear: bulk.clear,
  evictAll: bulk.evictAll,
  destroy: bulk.destroy,
  tellAll: bulk.tellAll,
  lock: locks.lock,
  unlock: locks.unlock,
  forceUnlock: locks.forceUnlock,
  isLocked: locks.isLocked,
  executeOnKeys: processing.executeOnKeys,
  executeOnEntries: processing.executeOnEntries,
  removeAll: processing.removeAll,
  query: querying.query,
  queryPage: querying.queryPage,
  aggregate: querying.aggregate,
  addIndex: querying.addIndex,
  readJournal: journal.readJournal,
  journalState: journal.journalState,
  statistics,
  invalidationState,
  // The partition has what it begins with when it comes to this.
  begin: () => {},
}

const byNumber: (Handler | undefined)[] = []
for (const [name, handler] of Object.entries(HANDLERS)) {
  byNumber[MapOperation[name as keyof typeof MapOperation]] = handler
}

const READING: ReadonlySet<number> = new Set([
  MapOperation.get,
  MapOperation.containsKey,
  MapOperation.containsValue,
  MapOperation.size,
  MapOperation.getEntryView,
  MapOperation.getAll,
  MapOperation.entries,
  MapOperation.isLocked,
  MapOperation.query,
  MapOperation.queryPage,
  MapOperation.aggregate,
  MapOperation.readJournal,
  MapOperation.journalState,
  MapOperation.invalidationState,
  MapOperation.statistics,
  MapOperation.begin,
])

/** Whether an operation changes no entry. */
export const onlyReads = (operation: number): boolean => READING.has(operation)

/** What runs an operation on a primary. */
export const handlerOf = (operation: number): Handler => {
  const handler = byNumber[operation]
  if (handler === undefined) throw new WireFault(`A map has no operation ${operation}`)
  return handler
}
