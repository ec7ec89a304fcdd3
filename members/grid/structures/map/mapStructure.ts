import type { Structure } from '../structure.ts'
import { MapFragment, type SharedState } from './fragment.ts'
import { onlyReads } from './handlers.ts'
import { matchesEvent } from './listening.ts'
import { MapMemory } from './memory.ts'
import { MAP_SERVICE_ID } from './operations.ts'
import { addStatistics, NO_STATISTICS, statisticsOf, type MapStatistics } from './statistics.ts'
import type { MapSurroundings } from './surroundings.ts'

export interface MapStructure extends Structure {
  /** Of a map on this member, in the partitions for which `isOwned` holds. */
  localMapStats(name: string, isOwned: (partition: number) => boolean): MapStatistics
}

/**
 * The maps of a member. A change is answered once `backup-count` backups have it; after the loss of
 * more members than that, the partitions that had all their copies on them start empty, which
 * `Grid.onPartitionLost` tells.
 */
export const createMapStructure = (surroundings: MapSurroundings): MapStructure => {
  const shared: SharedState = {
    surroundings,
    memory: new MapMemory(),
    states: new Set(),
    last: undefined,
  }
  return {
    serviceId: MAP_SERVICE_ID,
    name: 'map',
    createFragment: (context) => new MapFragment(context, shared),
    onlyReads,
    matches: matchesEvent,
    localMapStats(name, isOwned) {
      let all = NO_STATISTICS
      for (const state of shared.states) {
        const { name: mapName, partition } = state.context
        if (mapName === name && isOwned(partition)) all = addStatistics(all, statisticsOf(state))
      }
      return all
    },
  }
}
