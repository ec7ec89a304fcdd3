import type { Clock } from '../../../../runtime/host/index.ts'
import type { GridInvoker } from '../../operations/index.ts'
import type { NearCacheSettings } from '../../settings.ts'
import { createBulkCalls, type BulkCalls } from './calls/bulkCalls.ts'
import { createMapCaller } from './calls/caller.ts'
import { createJournalCalls, type JournalCalls } from './calls/journalCalls.ts'
import { createKeyCalls, type KeyCalls } from './calls/keyCalls.ts'
import { createListenerCalls, type ListenerCalls } from './calls/listenerCalls.ts'
import { createLockCalls, type LockCalls } from './calls/lockCalls.ts'
import { createNearCachingCaller } from './calls/nearCaching.ts'
import { createProcessorCalls, type ProcessorCalls } from './calls/processorCalls.ts'
import { createQueryCalls, type QueryCalls } from './calls/queryCalls.ts'
import { createStatisticsCalls, type StatisticsCalls } from './calls/statisticsCalls.ts'

/**
 * A map of the cluster, as a member or client sees it. Keys and values are what `toData` takes; two
 * keys are the same when they are written alike (the number 1 and the bigint 1n are not).
 *
 * A write that was answered is in `backup-count` members besides the primary of its partition: it
 * survives the loss of any so many members. Reads are served by the primary, so one sees every
 * write that was answered before it began. Calls on one key run one after the other; calls on many
 * keys run partition by partition, not all at one moment. Lifetimes and leases are counted by the
 * clock of the primary. Where an answer is lost with a member, a
 * write is refused with GRD-002: it may or may not have run.
 */
export interface GridMap<Key, Value>
  extends
    KeyCalls<Key, Value>,
    BulkCalls<Key, Value>,
    QueryCalls<Key, Value>,
    ProcessorCalls<Key, Value>,
    ListenerCalls<Key, Value>,
    JournalCalls<Key, Value>,
    LockCalls<Key>,
    StatisticsCalls {
  readonly name: string
  /** Lets go of what this proxy keeps: its near cache. The map stays as it is. */
  close(): Promise<void>
}

export interface GridMapOptions {
  /** Which of the parallel activities of this program holds the locks that are taken; 0 by default. */
  readonly lockContext?: number
  /** Keeps what was read here: `get` then may answer, for a moment, with the value before. */
  readonly nearCache?: { readonly settings: NearCacheSettings; readonly clock: Clock } | undefined
}

export const createGridMap = <Key, Value>(
  invoker: GridInvoker,
  name: string,
  { lockContext = 0, nearCache }: GridMapOptions = {},
): GridMap<Key, Value> => {
  const direct = createMapCaller(invoker, name, lockContext)
  const near =
    nearCache === undefined
      ? undefined
      : createNearCachingCaller(direct, nearCache.settings, nearCache.clock)
  const caller = near ?? direct
  const keyCalls = createKeyCalls<Key, Value>(caller)
  const bulkCalls = createBulkCalls<Key, Value>(caller)
  return {
    name,
    ...keyCalls,
    ...bulkCalls,
    ...createQueryCalls<Key, Value>(caller),
    ...createProcessorCalls(caller, bulkCalls.iterator, keyCalls.replaceIfSame),
    ...createListenerCalls<Key, Value>(caller),
    ...createJournalCalls<Key, Value>(caller),
    ...createLockCalls<Key>(caller),
    ...createStatisticsCalls(caller, near),
    async close() {
      await near?.close()
    },
  }
}
