import type { Structure } from '../structure.ts'
import { partitionLostEvent } from './events.ts'
import { createMapFragment } from './fragment.ts'
import { matchesEvent } from './listening.ts'
import { MAP_SERVICE_ID } from './operations.ts'
import type { MapSurroundings } from './surroundings.ts'

/**
 * The maps of a member. A change is answered once `backup-count` backups have it; after the loss of
 * more members than that, the partitions that had all their copies on them start empty, which a
 * partition-lost event tells.
 */
export const createMapStructure = (surroundings: MapSurroundings): Structure => ({
  serviceId: MAP_SERVICE_ID,
  name: 'map',
  createFragment: (context) => createMapFragment(context, surroundings),
  matches: matchesEvent,
  lossEvent: partitionLostEvent,
})
