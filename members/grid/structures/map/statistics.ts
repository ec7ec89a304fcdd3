import type { FragmentCall } from '../structure.ts'
import type { MapState } from './state.ts'

/** What there is of a map, and what was done with it since its members serve it. */
export interface MapStatistics {
  readonly ownedEntryCount: number
  /** Keys, values and what is kept with them. */
  readonly ownedEntryMemoryCostBytes: number
  readonly lockedEntryCount: number
  readonly getOperationCount: number
  /** Reads that found something. */
  readonly hits: number
  readonly putOperationCount: number
  readonly setOperationCount: number
  readonly removeOperationCount: number
  readonly evictionCount: number
  readonly expirationCount: number
  /** Milliseconds since 1970, 0 for never. */
  readonly lastAccessTimeMs: number
  readonly lastUpdateTimeMs: number
}

export const NO_STATISTICS: MapStatistics = {
  ownedEntryCount: 0,
  ownedEntryMemoryCostBytes: 0,
  lockedEntryCount: 0,
  getOperationCount: 0,
  hits: 0,
  putOperationCount: 0,
  setOperationCount: 0,
  removeOperationCount: 0,
  evictionCount: 0,
  expirationCount: 0,
  lastAccessTimeMs: 0,
  lastUpdateTimeMs: 0,
}

const LATEST: readonly string[] = ['lastAccessTimeMs', 'lastUpdateTimeMs']

/** Of two parts of a map together. */
export const addStatistics = (left: MapStatistics, right: MapStatistics): MapStatistics => {
  const sum: Record<string, number> = { ...left }
  for (const [name, value] of Object.entries(right) as [string, number][]) {
    sum[name] = LATEST.includes(name) ? Math.max(sum[name]!, value) : sum[name]! + value
  }
  return sum as unknown as MapStatistics
}

/** Of one partition. */
export const statisticsOf = ({ store, locks, counters, settings }: MapState): MapStatistics => {
  const held = {
    ownedEntryCount: store.count,
    ownedEntryMemoryCostBytes: store.bytes,
    lockedEntryCount: locks.count,
  }
  if (!settings.statisticsEnabled) return { ...NO_STATISTICS, ...held }
  return {
    ...held,
    getOperationCount: counters.gets,
    hits: counters.hits,
    putOperationCount: counters.puts,
    setOperationCount: counters.sets,
    removeOperationCount: counters.removes,
    evictionCount: counters.evictions,
    expirationCount: counters.expirations,
    lastAccessTimeMs: counters.lastAccessMs,
    lastUpdateTimeMs: counters.lastUpdateMs,
  }
}

/** → the statistics of this partition, as numbers in the order of NO_STATISTICS. */
export const statistics = (state: MapState, call: FragmentCall): void => {
  const numbers = statisticsOf(state) as unknown as Record<string, number>
  for (const name of Object.keys(NO_STATISTICS)) call.result.f64(numbers[name]!)
}

/** → which state this is, and how often it was changed. */
export const invalidationState = (state: MapState, call: FragmentCall): void => {
  call.result.u32(state.invalidationId)
  call.result.f64(state.invalidations)
}
