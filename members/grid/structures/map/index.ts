export type { EntryLifetime } from './caller.ts'
export { createGridMap, type GridMap, type GridMapOptions } from './gridMap.ts'
export type {
  JournalEvent,
  JournalEventType,
  JournalPage,
  JournalRange,
  JournalReadOptions,
} from './journalCalls.ts'
export type { EntryView } from './keyCalls.ts'
export type { EntryEvent, EntryListener, ListenerOptions, MapWideEvent } from './listenerCalls.ts'
export type { LockOptions } from './lockCalls.ts'
export { createMapStructure, type MapStructure } from './mapStructure.ts'
export type { NearCacheStatistics } from './nearCache.ts'
export { MAP_SERVICE_ID, MapOperation } from './operations.ts'
export type { EntryProcessor, EntryProcessors, ProcessedEntry } from './processors.ts'
export type { MapStatistics } from './statistics.ts'
export type { MapSurroundings } from './surroundings.ts'
