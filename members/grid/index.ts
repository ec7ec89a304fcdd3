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
  type Protections,
  type ProtectionSettings,
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
export { type GridActivity, type MemberGrid, openMemberGrid } from './memberGrid.ts'
export { untilSure } from './operations/index.ts'
export type { AtomicLong } from './structures/atomiclong/index.ts'
export type { FlakeIdGenerator } from './structures/flakeid/index.ts'
export type { List } from './structures/list/index.ts'
export type { Lock } from './structures/lock/index.ts'
export type {
  EntryEvent,
  EntryProcessor,
  EntryProcessors,
  GridMap,
  ProcessedEntry,
} from './structures/map/index.ts'
export type { MergeEvent } from './merging/index.ts'
export type { MergedEntry, MergeFunction, MergeFunctions } from './structures/mergePolicies.ts'
export type { MultiMap } from './structures/multimap/index.ts'
export type { Queue } from './structures/queue/index.ts'
export type { ReliableTopic } from './structures/reliabletopic/index.ts'
export type { Ringbuffer } from './structures/ringbuffer/index.ts'
export type { SharedSet } from './structures/set/index.ts'
export type { Topic } from './structures/topic/index.ts'
export { aggregations, predicates, projections } from './queries.ts'
export { recommendedBackupCount } from './table/index.ts'
