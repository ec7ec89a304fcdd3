import type { FragmentTurn } from '../structure.ts'
import { removeEntry } from './entries.ts'
import { MapEventType } from './events.ts'
import type { MapState } from './state.ts'

/** Hazelcast's `hazelcast.map.eviction.sample.count`. */
const SAMPLES = 15
/** One write evicts no more, so that it stays short; the next ones go on. */
const EVICTIONS_PER_WRITE = 32
const MEGABYTE = 1024 * 1024
const PERCENT = 100

/** Whether the map holds more than its settings let it. */
const isOverLimit = (state: MapState, nowMs: number): boolean => {
  const { settings, surroundings, store, context, memory } = state
  const { size, maxSizePolicy } = settings.eviction
  const limitBytes = surroundings.memoryLimitBytes
  switch (maxSizePolicy) {
    case 'PER_PARTITION':
      return store.count > size
    case 'PER_NODE': {
      const { partitionCount } = surroundings.settings
      const share = Math.floor((size * surroundings.dataMemberCount()) / partitionCount)
      return store.count > Math.max(1, share)
    }
    case 'USED_HEAP_SIZE':
      return memory.bytesOf(context.name) > size * MEGABYTE
    case 'USED_HEAP_PERCENTAGE':
      return memory.bytesOf(context.name) * PERCENT > size * limitBytes
    case 'FREE_HEAP_SIZE':
      return limitBytes - memory.usedBytes(context.host, nowMs) < size * MEGABYTE
    case 'FREE_HEAP_PERCENTAGE':
      return (limitBytes - memory.usedBytes(context.host, nowMs)) * PERCENT < size * limitBytes
    default:
      return false
  }
}

/** The record to give up, of some that are looked at; -1 where none may go. */
const chooseVictim = (state: MapState, kept: number, nowMs: number): number => {
  const { store, locks, context, settings } = state
  let victim = -1
  let least = Infinity
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const handle = store.sample(context.host.random)
    if (handle < 0 || handle === kept) continue
    if (locks.count > 0 && locks.isLocked(store.key(handle), nowMs)) continue
    const expiresAtMs = store.expiresAtMs(handle)
    if (expiresAtMs !== 0 && expiresAtMs <= nowMs) return handle
    const { policy } = settings.eviction
    if (policy === 'RANDOM') return handle
    const worth = policy === 'LFU' ? store.hits(handle) : store.accessedAtMs(handle)
    if (worth >= least) continue
    victim = handle
    least = worth
  }
  return victim
}

/**
 * Evicts after a write as long as the map is over its limit, from the partition that was written to;
 * the record that was just written stays. The one that is least worth of a sample goes.
 */
export const makeRoom = (state: MapState, written: number, turn: FragmentTurn): void => {
  const { eviction } = state.settings
  if (eviction.policy === 'NONE' || eviction.size === 0) return
  for (let evicted = 0; evicted < EVICTIONS_PER_WRITE; evicted += 1) {
    state.memoryNote?.update()
    if (!isOverLimit(state, turn.nowMs)) return
    const victim = chooseVictim(state, written, turn.nowMs)
    if (victim < 0) return
    state.counters.evictions += 1
    removeEntry(state, victim, MapEventType.evicted, turn)
    // The memory of the process is known again only after a while: one at a time.
    if (eviction.maxSizePolicy.startsWith('FREE')) return
  }
}
