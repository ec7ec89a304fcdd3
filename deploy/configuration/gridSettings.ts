import {
  DEFAULT_MAP,
  type BackupSettings,
  type ByName,
  type CollectionSettings,
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
} from '../../members/grid/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { Configuration } from '../../runtime/settings/index.ts'

type Hazelcast = Configuration['hazelcast']
type MapConfiguration = Hazelcast['map'][string]
type BackupConfiguration = Hazelcast['lock'][string]
type CollectionConfiguration = Hazelcast['list'][string]
type NearCacheConfiguration = NonNullable<MapConfiguration['near-cache']>

const mapValues = <From, To>(
  values: Readonly<Record<string, From>>,
  convert: (value: From, name: string) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, convert(value, name)]))

const mergePolicyOf = (written: MapConfiguration['merge-policy']): MergePolicy =>
  written['class-name'] ?? written['merge-policy'] ?? DEFAULT_MAP.mergePolicy

const mapStoreOf = (written: MapConfiguration['map-store']): MapStoreSettings | undefined =>
  written === undefined
    ? undefined
    : {
        enabled: written.enabled,
        initialMode: written['initial-mode'],
        factoryClassName: written['factory-class-name'],
        className: written['class-name'],
        writeDelaySeconds: written['write-delay-seconds'],
        writeBatchSize: written['write-batch-size'],
        writeCoalescing: written['write-coalescing'],
        properties: written.properties,
      }

/** The near cache of a map, in a member or a client. */
export const nearCacheOf = (written: NearCacheConfiguration): NearCacheSettings => ({
  timeToLiveSeconds: written['time-to-live-seconds'],
  maxIdleSeconds: written['max-idle-seconds'],
  invalidateOnChange: written['invalidate-on-change'],
  sizeMax: written.eviction.size,
})

/** Of the maps of the engine: its names, and the patterns that fit nothing else. */
const isOfEngine = (pattern: string): boolean => pattern.startsWith('engine')

const mapOf = (
  written: MapConfiguration,
  pattern: string,
  engineBackupCount: number,
): Partial<MapSettings> => {
  const fallback = isOfEngine(pattern) ? engineBackupCount : DEFAULT_MAP.backupCount
  const { eviction } = written
  return {
    backupCount: written['backup-count'] ?? fallback,
    asyncBackupCount: written['async-backup-count'],
    timeToLiveSeconds: written['time-to-live-seconds'],
    maxIdleSeconds: written['max-idle-seconds'],
    eviction: {
      policy: eviction['eviction-policy'],
      maxSizePolicy: eviction['max-size-policy'],
      size: eviction.size,
    },
    readBackupData: written['read-backup-data'],
    statisticsEnabled: written['statistics-enabled'],
    perEntryStatsEnabled: written['per-entry-stats-enabled'],
    mergePolicy: mergePolicyOf(written['merge-policy']),
    mergeBatchSize: written['merge-policy']['batch-size'],
    indexes: written.indexes.map(({ name, type, attributes }) => ({ name, type, attributes })),
    mapStore: mapStoreOf(written['map-store']),
    nearCache: written['near-cache'] === undefined ? undefined : nearCacheOf(written['near-cache']),
    eventJournal: {
      enabled: written['event-journal'].enabled,
      capacity: written['event-journal'].capacity,
      timeToLiveSeconds: written['event-journal']['time-to-live-seconds'],
    },
  }
}

const ENGINE_MAPS = 'engine*'

/** All maps; those of the engine have its backup-count, whichever pattern else fits them. */
const mapsOf = ({ hazelcast, seatunnel }: Configuration): ByName<MapSettings> => {
  const { 'backup-count': engineBackupCount } = seatunnel.engine
  const maps: Record<string, Partial<MapSettings>> = mapValues(hazelcast.map, (written, pattern) =>
    mapOf(written, pattern, engineBackupCount),
  )
  if (maps[ENGINE_MAPS] !== undefined) return maps
  const others = settingsOf<Partial<MapSettings>>(maps, ENGINE_MAPS, {})
  return { ...maps, [ENGINE_MAPS]: { ...others, backupCount: engineBackupCount } }
}

const backupsOf = (written: BackupConfiguration): BackupSettings => ({
  backupCount: written['backup-count'],
  asyncBackupCount: written['async-backup-count'],
})

const collectionOf = (written: CollectionConfiguration): CollectionSettings => ({
  ...backupsOf(written),
  sizeMax: written['max-size'],
  mergePolicy: mergePolicyOf(written['merge-policy']),
})

/** Locks, counters and id generators share their settings: of one name the most copies count. */
const atomicsOf = (hazelcast: Hazelcast): ByName<BackupSettings> => {
  const merged: Record<string, BackupSettings> = {}
  const sections = [hazelcast.lock, hazelcast['atomic-long'], hazelcast['flake-id-generator']]
  for (const [name, written] of sections.flatMap((each) => Object.entries(each))) {
    const [settings, known] = [backupsOf(written), merged[name]]
    if (known === undefined || known.backupCount < settings.backupCount) merged[name] = settings
  }
  return merged
}

/** How a reliable topic behaves, in a member or a client. */
export const reliableTopicOf = (
  written: Hazelcast['reliable-topic'][string],
): ReliableTopicSettings => ({
  readBatchSize: written['read-batch-size'],
  overloadPolicy: written['topic-overload-policy'],
})

const groupingOf = (written: Hazelcast['partition-group']): MemberGrouping => {
  const type = written['group-type']
  if (!written.enabled) return { type: 'PER_MEMBER' }
  return type === 'CUSTOM' ? { type, groups: written['member-group'] } : { type }
}

/** The kinds of structures that can be protected, by their sections. */
const PROTECTED = {
  map: 'map',
  multimap: 'multimap',
  queue: 'queue',
  list: 'list',
  set: 'set',
  ringbuffer: 'ringbuffer',
  lock: 'lock',
  'atomic-long': 'atomiclong',
  'flake-id-generator': 'flakeid',
} as const

/** Throws CFG-005 for a reference to nothing. */
const protectionOf = (
  { 'split-brain-protection': known }: Hazelcast,
  path: string,
  name: string | undefined,
): ProtectionSettings | undefined => {
  if (name === undefined) return undefined
  const written = known[name]
  if (written === undefined) {
    const text = `hazelcast.${path}.split-brain-protection-ref: there is no \`${name}\``
    throw new EngineError('CFG-005', `${text} in hazelcast.split-brain-protection`)
  }
  if (!written.enabled) return undefined
  const minimumClusterSize = written['minimum-cluster-size']
  return { name, minimumClusterSize, protectOn: written['protect-on'] }
}

interface Referring {
  readonly 'split-brain-protection-ref'?: string | undefined
}

const protectionsOf = (hazelcast: Hazelcast): Protections =>
  Object.fromEntries(
    Object.entries(PROTECTED).flatMap(([section, kind]) => {
      const byName: Readonly<Record<string, Referring>> =
        hazelcast[section as keyof typeof PROTECTED]
      const protections = mapValues(byName, (written, name) => ({
        protection: protectionOf(
          hazelcast,
          `${section}.${name}`,
          written['split-brain-protection-ref'],
        ),
      }))
      const isUsed = Object.values(protections).some((each) => each.protection !== undefined)
      return isUsed ? [[kind, protections]] : []
    }),
  )

/** How the grid of a member behaves, as its configuration says. */
export const gridSettings = (configuration: Configuration): GridSettings => {
  const { hazelcast, tidegate } = configuration
  return {
    partitionCount: hazelcast.properties['hazelcast.partition.count'],
    maps: mapsOf(configuration),
    queues: mapValues(hazelcast.queue, (written) => ({
      ...collectionOf(written),
      emptyQueueTtlSeconds: written['empty-queue-ttl'],
    })),
    lists: mapValues(hazelcast.list, collectionOf),
    sets: mapValues(hazelcast.set, collectionOf),
    ringbuffers: mapValues(hazelcast.ringbuffer, (written) => ({
      ...backupsOf(written),
      mergePolicy: mergePolicyOf(written['merge-policy']),
      capacity: written.capacity,
      timeToLiveSeconds: written['time-to-live-seconds'],
    })),
    reliableTopics: mapValues(hazelcast['reliable-topic'], reliableTopicOf),
    multiMaps: mapValues(hazelcast.multimap, (written) => ({
      ...backupsOf(written),
      mergePolicy: mergePolicyOf(written['merge-policy']),
      valueCollectionType: written['value-collection-type'],
    })),
    atomics: atomicsOf(hazelcast),
    protections: protectionsOf(hazelcast),
    grouping: groupingOf(hazelcast['partition-group']),
    clientCleanupTimeoutMs: hazelcast.properties['hazelcast.client.cleanup.timeout.millis'],
    invocationTriesMax: hazelcast.properties['hazelcast.invocation.max.retry.count'],
    dataFolder: tidegate['data-folder'],
    validationTimeoutSeconds: tidegate.persistence['validation-timeout-seconds'],
  }
}
