export {
  type BackupSettings,
  type ByName,
  type CollectionSettings,
  DEFAULT_GRID,
  DEFAULT_MAP,
  type GridSettings,
  type MapSettings,
  type MapStoreSettings,
  type MemberGrouping,
  type MergePolicy,
  type NearCacheSettings,
  settingsOf,
} from './settings.ts'
export { type Grid, type GridStatistics, startGrid, type StructureSizes } from './start.ts'
export type { GridStructures } from './facade.ts'
