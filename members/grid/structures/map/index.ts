export { createGridMap, type GridMap, type GridMapOptions } from './gridMap.ts'
export type { EntryLifetime } from './caller.ts'
export type { EntryView } from './keyCalls.ts'
export type {
  EntryEvent,
  EntryListener,
  ListenerOptions,
  MapWideEvent,
  PartitionLostEvent,
} from './listenerCalls.ts'
export type { LockOptions } from './lockCalls.ts'
export { createMapStructure } from './mapStructure.ts'
export { MAP_SERVICE_ID, MapOperation } from './operations.ts'
export type { EntryProcessor, EntryProcessors, ProcessedEntry } from './processors.ts'
export type { MapSurroundings } from './surroundings.ts'
