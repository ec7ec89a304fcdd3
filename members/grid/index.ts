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
  type ReliableTopicSettings,
  settingsOf,
} from './settings.ts'
export {
  type ClientSettings,
  type ClusterMember,
  DEFAULT_CLIENT,
  type MemberStatistics,
  type RetrySettings,
  type StructureStatistics,
} from './client/index.ts'
export { connectGrid } from './connect.ts'
export type { Grid, GridStructures } from './facade.ts'
export { type MemberGrid, openMemberGrid } from './memberGrid.ts'
export type { EntryProcessor, EntryProcessors, ProcessedEntry } from './structures/map/index.ts'
export { aggregations, predicates, projections } from './queries.ts'
export { recommendedBackupCount } from './table/index.ts'
