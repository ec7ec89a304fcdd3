import type { Clock } from '../../../../../runtime/host/index.ts'
import { ByteSource } from '../../../bytes/index.ts'
import { partitionOf } from '../../../data/index.ts'
import type { Subscription } from '../../../operations/index.ts'
import type { NearCacheSettings } from '../../../settings.ts'
import { argumentsFor, beginArguments, READS, type MapCaller } from './caller.ts'
import { decodeEvent } from '../events.ts'
import { encodeFilter } from '../listening.ts'
import { NearCache, type NearCacheStatistics } from './nearCache.ts'
import { MAP_SERVICE_ID, MapOperation } from '../operations.ts'

/** As Hazelcast's `hazelcast.invalidation.reconciliation.interval.seconds`. */
const REPAIR_MS = 60_000

/** A caller that answers reads of one key from a near cache. */
export interface NearCachingCaller extends MapCaller {
  statistics(): NearCacheStatistics
  close(): Promise<void>
}

/** Operations on a key that leave its value as it is. */
const READING: ReadonlySet<number> = new Set([
  MapOperation.get,
  MapOperation.containsKey,
  MapOperation.getEntryView,
  MapOperation.lock,
  MapOperation.unlock,
  MapOperation.forceUnlock,
  MapOperation.isLocked,
])

/** Keeps a near cache informed. */
const createInformer = (caller: MapCaller, cache: NearCache, clock: Clock) => {
  let subscription: Subscription | undefined
  let isInformed = false
  let repairDueMs = 0

  const subscribe = (): Promise<Subscription> => {
    const filter = encodeFilter({
      types: 0,
      includesValue: false,
      key: undefined,
      predicate: undefined,
      isNearCache: true,
    })
    return caller.invoker.subscribe(MAP_SERVICE_ID, caller.name, filter, (event) =>
      cache.onEvent(decodeEvent(event)),
    )
  }
  const repair = async (): Promise<void> => {
    try {
      subscription ??= await subscribe()
      beginArguments()
      const states = await caller.onPartitions(MapOperation.invalidationState, READS)
      for (const [partition, state] of states) cache.see(partition, state.u32(), state.f64(), 0)
      isInformed = true
    } catch {
      // Nobody says what has changed: nothing is cached until they answer again.
      isInformed = false
      cache.invalidateAll()
    }
  }
  return {
    /** Whether what is read now may be kept; asks what was missed when it is time to. */
    isInformed(): boolean {
      if (clock.now() >= repairDueMs) {
        repairDueMs = clock.now() + REPAIR_MS
        // Reads go on meanwhile.
        void repair()
      }
      return isInformed
    },
    async close(): Promise<void> {
      repairDueMs = Infinity
      isInformed = false
      await subscription?.cancel()
    },
  }
}

/**
 * Puts a near cache before a caller. It caches nothing before it is told of changes. Once a minute,
 * when it is read, it asks the partitions what it may have missed.
 */
export const createNearCachingCaller = (
  caller: MapCaller,
  settings: NearCacheSettings,
  clock: Clock,
): NearCachingCaller => {
  const cache = new NearCache(settings, clock)
  const informer = settings.invalidateOnChange ? createInformer(caller, cache, clock) : undefined

  const get = async (key: Uint8Array): Promise<ByteSource> => {
    const isKept = informer?.isInformed() ?? true
    const cached = cache.get(key)
    if (cached !== undefined) return new ByteSource(cached)
    const reservation = isKept ? cache.reserve(key) : undefined
    argumentsFor(key)
    const answer = (await caller.onKey(MapOperation.get, key, READS)).rest()
    if (reservation !== undefined) {
      const isThere = new ByteSource(answer).flag()
      const partition = partitionOf(key, caller.invoker.partitionCount)
      cache.keep(key, partition, isThere ? answer : undefined, reservation)
    }
    return new ByteSource(answer)
  }

  return {
    ...caller,
    onKey(operation, key, options) {
      if (operation === MapOperation.get) return get(key)
      const called = caller.onKey(operation, key, options)
      if (READING.has(operation)) return called
      return called.finally(() => cache.invalidate(key))
    },
    onPartitions(operation, options) {
      const called = caller.onPartitions(operation, options)
      return options?.isIdempotent === true ? called : called.finally(() => cache.invalidateAll())
    },
    onEach(operation, calls, options) {
      const called = caller.onEach(operation, calls, options)
      if (options?.isIdempotent === true) return called
      return called.finally(() => {
        for (const { keys } of calls) for (const key of keys) cache.invalidate(key)
      })
    },
    statistics: () => cache.statistics(),
    async close() {
      cache.invalidateAll()
      await informer?.close()
    },
  }
}
