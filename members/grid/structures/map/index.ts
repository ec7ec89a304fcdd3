export { beginMap } from './calls/beginCall.ts'
export type { EntryLifetime } from './calls/caller.ts'
export { createGridMap, type GridMap, type GridMapOptions } from './gridMap.ts'
export type {
  JournalEvent,
  JournalEventType,
  JournalPage,
  JournalRange,
  JournalReadOptions,
} from './calls/journalCalls.ts'
export type { EntryView } from './calls/keyCalls.ts'
export type {
  EntryEvent,
  EntryListener,
  ListenerOptions,
  MapWideEvent,
} from './calls/listenerCalls.ts'
export type { LockOptions } from './calls/lockCalls.ts'
export { createMapStructure, type MapStructure } from './mapStructure.ts'
export type { NearCacheStatistics } from './calls/nearCache.ts'
export { MAP_SERVICE_ID, MapOperation } from './operations.ts'
export type { EntryProcessor, EntryProcessors, ProcessedEntry } from './processors.ts'
export type { MapStatistics } from './statistics.ts'
export type { MapSurroundings } from './surroundings.ts'
