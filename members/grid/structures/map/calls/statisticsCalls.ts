import { beginArguments, READS, type MapCaller } from './caller.ts'
import type { NearCacheStatistics } from './nearCache.ts'
import { MapOperation } from '../operations.ts'
import { addStatistics, NO_STATISTICS, type MapStatistics } from '../statistics.ts'

export interface StatisticsCalls {
  /** Of all partitions, as their primaries count. */
  getMapStats(): Promise<MapStatistics>
  /** Of the near cache of this proxy, where it has one. */
  getNearCacheStats(): NearCacheStatistics | undefined
}

export const createStatisticsCalls = (
  caller: MapCaller,
  nearCache: { statistics(): NearCacheStatistics } | undefined,
): StatisticsCalls => ({
  async getMapStats() {
    beginArguments()
    let all = NO_STATISTICS
    for (const result of (await caller.onPartitions(MapOperation.statistics, READS)).values()) {
      const names = Object.keys(NO_STATISTICS)
      const entries = names.map((name): [string, number] => [name, result.f64()])
      all = addStatistics(all, Object.fromEntries(entries) as unknown as MapStatistics)
    }
    return all
  },
  getNearCacheStats: () => nearCache?.statistics(),
})
