import type { UserMapStore, UserMapStoreFactory } from './mapstores/index.ts'

/** How many copies a structure has. */
export interface BackupSettings {
  /** backup-count: copies that a change waits for, 0 to 6. */
  readonly backupCount: number
  /** async-backup-count: copies that it does not wait for. */
  readonly asyncBackupCount: number
}

export type EvictionPolicy = 'NONE' | 'LRU' | 'LFU' | 'RANDOM'

export type MaxSizePolicy =
  | 'PER_NODE'
  | 'PER_PARTITION'
  | 'USED_HEAP_SIZE'
  | 'USED_HEAP_PERCENTAGE'
  | 'FREE_HEAP_SIZE'
  | 'FREE_HEAP_PERCENTAGE'

export interface EvictionSettings {
  readonly policy: EvictionPolicy
  readonly maxSizePolicy: MaxSizePolicy
  /** Entries, megabytes or percent, as the policy says; 0 for no limit. */
  readonly size: number
}

export const MERGE_POLICIES = [
  'discard',
  'pass-through',
  'put-if-absent',
  'latest-update',
  'latest-access',
  'higher-hits',
  'expiration-time',
] as const

/** How data of two sides of a split become one: one of `MERGE_POLICIES`, or a function by its name. */
export type MergePolicy = (typeof MERGE_POLICIES)[number] | (string & {})

/** When a change counts as kept on disk. */
export type FsyncPolicy = 'always' | 'interval' | 'never'

/** `map-store`: where entries are kept beside memory. */
export interface MapStoreSettings {
  readonly enabled: boolean
  /** Whether calls wait until all of the map is loaded; local files are loaded before any call. */
  readonly initialMode: 'LAZY' | 'EAGER'
  /** The class of the seeds' files, or the path of a TypeScript module of the user. */
  readonly factoryClassName: string | undefined
  readonly className: string | undefined
  /** 0 writes through; more writes behind. */
  readonly writeDelaySeconds: number
  readonly writeBatchSize: number
  readonly writeCoalescing: boolean
  /** A store of the program that this member is part of, or what makes one; it runs in its thread. */
  readonly implementation?: UserMapStore | UserMapStoreFactory | undefined
  /** `type`, `namespace`, `clusterName`, `storage.type`, `fs.defaultFS`, … as written. */
  readonly properties: Readonly<Record<string, string>>
}

export interface IndexSettings {
  readonly name: string | undefined
  readonly type: 'SORTED' | 'HASH' | 'BITMAP'
  readonly attributes: readonly string[]
}

export interface NearCacheSettings {
  readonly timeToLiveSeconds: number
  readonly maxIdleSeconds: number
  readonly invalidateOnChange: boolean
  /** Entries; the least recently used goes first. */
  readonly sizeMax: number
}

export interface EventJournalSettings {
  readonly enabled: boolean
  /** Over all partitions. */
  readonly capacity: number
  readonly timeToLiveSeconds: number
}

export interface MapSettings extends BackupSettings {
  readonly timeToLiveSeconds: number
  readonly maxIdleSeconds: number
  readonly eviction: EvictionSettings
  /**
   * `get` on a member that is a backup of the key is answered there, perhaps with an older value than
   * that of the owner, or one that is not acknowledged yet; the owner is asked for what is not there
   * and for what idles out.
   */
  readonly readBackupData: boolean
  readonly statisticsEnabled: boolean
  readonly perEntryStatsEnabled: boolean
  readonly mergePolicy: MergePolicy
  /** Entries that are merged at once, as far as they are small. */
  readonly mergeBatchSize: number
  readonly indexes: readonly IndexSettings[]
  readonly mapStore: MapStoreSettings | undefined
  readonly nearCache: NearCacheSettings | undefined
  readonly eventJournal: EventJournalSettings
}

/** Queue, list and set. */
export interface CollectionSettings extends BackupSettings {
  /** Elements; 0 for no limit. */
  readonly sizeMax: number
  readonly mergePolicy: MergePolicy
}

export interface QueueSettings extends CollectionSettings {
  /** An empty queue is removed after so long; -1 never. */
  readonly emptyQueueTtlSeconds: number
}

export interface RingbufferSettings extends BackupSettings {
  readonly mergePolicy: MergePolicy
  readonly capacity: number
  readonly timeToLiveSeconds: number
}

export interface ReliableTopicSettings {
  readonly readBatchSize: number
  readonly overloadPolicy: 'BLOCK' | 'DISCARD_OLDEST' | 'DISCARD_NEWEST' | 'ERROR'
}

export interface MultiMapSettings extends BackupSettings {
  readonly mergePolicy: MergePolicy
  /** SET: each value once under a key; LIST: as often as it is put. */
  readonly valueCollectionType: 'SET' | 'LIST'
}

/** Settings by the name of the structure; a name may hold one `*`, the most specific one wins. */
export type ByName<Settings> = Readonly<Record<string, Partial<Settings>>>

/**
 * partition-group: members of one group never hold two copies of the same entry. `CUSTOM` lists
 * patterns of addresses, such as 10.0.1.*, one list for each group.
 */
export type MemberGrouping =
  | { readonly type: 'PER_MEMBER' }
  | { readonly type: 'HOST_AWARE' }
  | { readonly type: 'CUSTOM'; readonly groups: readonly (readonly string[])[] }

/** split-brain-protection of a structure: beside that of the whole cluster, or instead of it. */
export interface ProtectionSettings {
  readonly name: string
  /** Members that hold data; with fewer in the list, operations are refused. */
  readonly minimumClusterSize: number
  readonly protectOn: 'READ' | 'WRITE' | 'READ_WRITE'
}

/** By the name of the kind (`map`, `queue`, …), then by the name of the structure. */
export type Protections = Readonly<
  Record<string, ByName<{ readonly protection: ProtectionSettings | undefined }>>
>

/** How the grid of a member behaves. */
export interface GridSettings {
  /** hazelcast.partition.count */
  readonly partitionCount: number
  readonly maps: ByName<MapSettings>
  readonly queues: ByName<QueueSettings>
  readonly lists: ByName<CollectionSettings>
  readonly sets: ByName<CollectionSettings>
  readonly ringbuffers: ByName<RingbufferSettings>
  readonly reliableTopics: ByName<ReliableTopicSettings>
  readonly multiMaps: ByName<MultiMapSettings>
  /** Locks, counters and id generators. */
  readonly atomics: ByName<BackupSettings>
  readonly protections: Protections
  readonly grouping: MemberGrouping
  /** A client that no member has heard for so long is gone: its locks are given back. */
  readonly clientCleanupTimeoutMs: number
  /** How often a call is tried: hazelcast.invocation.max.retry.count */
  readonly invocationTriesMax: number
  /** Where persisted maps and the state of the grid are kept on this member. */
  readonly dataFolder: string
  /**
   * How long a cluster with persisted maps that was stopped whole waits at its start for all members
   * that held data, so that nobody goes ahead with older data.
   */
  readonly validationTimeoutSeconds: number
}

export const DEFAULT_BACKUPS: BackupSettings = { backupCount: 1, asyncBackupCount: 0 }

/** Hazelcast's defaults. */
export const DEFAULT_MAP: MapSettings = {
  ...DEFAULT_BACKUPS,
  timeToLiveSeconds: 0,
  maxIdleSeconds: 0,
  eviction: { policy: 'NONE', maxSizePolicy: 'PER_NODE', size: 0 },
  readBackupData: false,
  statisticsEnabled: true,
  perEntryStatsEnabled: false,
  mergePolicy: 'put-if-absent',
  mergeBatchSize: 100,
  indexes: [],
  mapStore: undefined,
  nearCache: undefined,
  eventJournal: { enabled: false, capacity: 10_000, timeToLiveSeconds: 0 },
}

/** Hazelcast's, of which entries there are no limit. */
export const DEFAULT_NEAR_CACHE: NearCacheSettings = {
  timeToLiveSeconds: 0,
  maxIdleSeconds: 0,
  invalidateOnChange: true,
  sizeMax: 2_147_483_647,
}

export const DEFAULT_COLLECTION: CollectionSettings = {
  ...DEFAULT_BACKUPS,
  sizeMax: 0,
  mergePolicy: 'put-if-absent',
}

export const DEFAULT_QUEUE: QueueSettings = { ...DEFAULT_COLLECTION, emptyQueueTtlSeconds: -1 }

export const DEFAULT_RINGBUFFER: RingbufferSettings = {
  ...DEFAULT_BACKUPS,
  mergePolicy: 'put-if-absent',
  capacity: 10_000,
  timeToLiveSeconds: 0,
}

export const DEFAULT_RELIABLE_TOPIC: ReliableTopicSettings = {
  readBatchSize: 10,
  overloadPolicy: 'BLOCK',
}

export const DEFAULT_MULTI_MAP: MultiMapSettings = {
  ...DEFAULT_BACKUPS,
  mergePolicy: 'put-if-absent',
  valueCollectionType: 'SET',
}

export const DEFAULT_GRID: GridSettings = {
  partitionCount: 271,
  maps: {},
  queues: {},
  lists: {},
  sets: {},
  ringbuffers: {},
  reliableTopics: {},
  multiMaps: {},
  atomics: {},
  protections: {},
  grouping: { type: 'PER_MEMBER' },
  clientCleanupTimeoutMs: 120_000,
  invocationTriesMax: 250,
  dataFolder: 'data',
  validationTimeoutSeconds: 30,
}

/** How well a pattern fits: the count of its own letters, -1 where it does not. */
const fitOf = (pattern: string, name: string): number => {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === name ? Infinity : -1
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  const fits = name.length >= pattern.length - 1 && name.startsWith(before) && name.endsWith(after)
  return fits ? pattern.length - 1 : -1
}

/** The near cache of a map in a client: none unless the client's settings have one for its name. */
export const nearCacheOf = (
  nearCaches: ByName<NearCacheSettings>,
  name: string,
): NearCacheSettings | undefined => {
  const patterns = Object.keys(nearCaches)
  const isThere = patterns.some((pattern) => pattern === 'default' || fitOf(pattern, name) >= 0)
  return isThere ? settingsOf(nearCaches, name, DEFAULT_NEAR_CACHE) : undefined
}

/** The settings of a name: of the pattern that fits best, else of `default`, over `defaults`. */
export const settingsOf = <Settings extends object>(
  byName: ByName<Settings>,
  name: string,
  defaults: Settings,
): Settings => {
  let best: Partial<Settings> | undefined = byName['default']
  let bestFit = -1
  for (const [pattern, settings] of Object.entries(byName)) {
    const fit = fitOf(pattern, name)
    if (fit > bestFit) [best, bestFit] = [settings, fit]
  }
  return { ...defaults, ...best }
}
