import { z } from 'zod'
import { choice, flag, integer, list, section, text, texts } from './values.ts'

/** Of a structure there are as many copies beside the first as Hazelcast allows. */
const COPIES_MAX = 6

const backups = {
  'split-brain-protection-ref': text().optional(),
  'backup-count': integer(0, COPIES_MAX).default(1),
  'async-backup-count': integer(0, COPIES_MAX).default(0),
}

type Backups = { readonly 'backup-count'?: unknown; readonly 'async-backup-count'?: unknown }

/** A structure as users name it: backups of both kinds together are no more than 6. */
const structure = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape).refine(
    (value) => {
      const { 'backup-count': sync = 1, 'async-backup-count': async } = value as Backups
      return Number(sync) + Number(async) <= COPIES_MAX
    },
    { message: `backup-count and async-backup-count are more than ${COPIES_MAX} together` },
  )

/** Settings by name; a name may hold one `*`. XML writes the name as an attribute. */
const byName = <Schema extends z.core.$ZodType>(schema: Schema) =>
  z.record(z.string(), schema).default({})

/** `com.hazelcast.spi.merge.LatestUpdateMergePolicy` and `latest-update` are the same. */
const policyName = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .trim()
        .replace(/^.*\./, '')
        .replace(/MergePolicy$/, '')
        .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
        .toLowerCase()
    : value

const POLICIES = [
  'discard',
  'pass-through',
  'put-if-absent',
  'latest-update',
  'latest-access',
  'higher-hits',
  'expiration-time',
] as const

const policy = () => z.preprocess(policyName, z.enum(POLICIES))

const isPolicy = (name: unknown): boolean => POLICIES.some((known) => known === name)

/** One of these, or the name of a function of the members, which is none of a Java class. */
const mapPolicy = () =>
  z.preprocess(
    (value) => (isPolicy(policyName(value)) ? policyName(value) : value),
    text().refine((name) => isPolicy(name) || !/\.|MergePolicy$/.test(name), {
      message: `there is no such policy: use ${POLICIES.join(', ')} or the name of a function`,
    }),
  )

/** XML writes the policy as the text of the element. */
const mergePolicySection = section({
  'class-name': policy().optional(),
  'merge-policy': policy().optional(),
  'batch-size': integer(1).default(100),
})

const mapMergePolicySection = section({
  'class-name': mapPolicy().optional(),
  'merge-policy': mapPolicy().optional(),
  'batch-size': integer(1).default(100),
})

/**
 * Where entries of a map are kept beside memory: local files (`type: local`, or SeaTunnel's factory
 * with `fs.defaultFS: file:///`), objects (`storage.type` s3 or oss), or a module of the user
 * (`class-name`, a file). Of local files `fsync` (always, interval, never) and `fsync.interval.ms`
 * among the properties say when a write is answered: after it is on the disk, or before.
 */
const mapStoreSection = z.object({
  enabled: flag().default(true),
  'initial-mode': choice(['LAZY', 'EAGER']).default('LAZY'),
  'factory-class-name': text().optional(),
  'class-name': text().optional(),
  'write-delay-seconds': integer().default(0),
  'write-batch-size': integer(1).default(1),
  'write-coalescing': flag().default(true),
  properties: texts().default({}),
})

const evictionPolicy = () => choice(['NONE', 'LRU', 'LFU', 'RANDOM'])

const evictionSection = section({
  'eviction-policy': evictionPolicy().default('NONE'),
  'max-size-policy': choice([
    'PER_NODE',
    'PER_PARTITION',
    'USED_HEAP_SIZE',
    'USED_HEAP_PERCENTAGE',
    'FREE_HEAP_SIZE',
    'FREE_HEAP_PERCENTAGE',
  ]).default('PER_NODE'),
  size: integer().default(0),
})

const INT_MAX = 2_147_483_647

/** Values of a map kept where they are read; in a member and in a client. */
export const nearCacheSection = z.object({
  name: text().optional(),
  'time-to-live-seconds': integer().default(0),
  'max-idle-seconds': integer().default(0),
  'invalidate-on-change': flag().default(true),
  'in-memory-format': choice(['BINARY', 'OBJECT']).default('BINARY'),
  'cache-local-entries': flag().default(false),
  eviction: section({
    'eviction-policy': choice(['LRU']).default('LRU'),
    'max-size-policy': choice(['ENTRY_COUNT']).default('ENTRY_COUNT'),
    size: integer(1).default(INT_MAX),
  }),
})

const eventJournalSection = section({
  enabled: flag().default(false),
  capacity: integer(1).default(10_000),
  'time-to-live-seconds': integer().default(0),
})

const indexSection = z.object({
  name: text().optional(),
  type: choice(['SORTED', 'HASH', 'BITMAP']).default('SORTED'),
  attributes: list().min(1),
})

const mapSection = structure({
  ...backups,
  /** Maps of the engine have that of `seatunnel.engine` where none is written. */
  'backup-count': integer(0, COPIES_MAX).optional(),
  'time-to-live-seconds': integer().default(0),
  'max-idle-seconds': integer().default(0),
  'in-memory-format': choice(['BINARY', 'OBJECT']).default('BINARY'),
  'metadata-policy': choice(['CREATE_ON_UPDATE', 'OFF']).optional(),
  'cache-deserialized-values': choice(['NEVER', 'INDEX-ONLY', 'ALWAYS']).optional(),
  'read-backup-data': flag().default(false),
  'statistics-enabled': flag().default(true),
  'per-entry-stats-enabled': flag().default(false),
  eviction: evictionSection,
  'merge-policy': mapMergePolicySection,
  indexes: z.array(indexSection).default([]),
  'map-store': mapStoreSection.optional(),
  'near-cache': nearCacheSection.optional(),
  'event-journal': eventJournalSection,
})

const collection = {
  ...backups,
  'max-size': integer().default(0),
  'statistics-enabled': flag().default(true),
  'merge-policy': mergePolicySection,
}

const atomicSection = structure(backups)

/** Of members and of clients, each for what they publish and read themselves. */
export const reliableTopicSection = byName(
  z.object({
    'read-batch-size': integer(1).default(10),
    'topic-overload-policy': choice(['BLOCK', 'DISCARD_OLDEST', 'DISCARD_NEWEST', 'ERROR']).default(
      'BLOCK',
    ),
    'statistics-enabled': flag().default(true),
  }),
)

/** The structures of `hazelcast`; keys and defaults are Hazelcast's, but for `lock` and `atomic-long`. */
export const structureSections = {
  map: byName(mapSection),
  queue: byName(structure({ ...collection, 'empty-queue-ttl': integer(-1).default(-1) })),
  list: byName(structure(collection)),
  set: byName(structure(collection)),
  ringbuffer: byName(
    structure({
      ...backups,
      capacity: integer(1).default(10_000),
      'time-to-live-seconds': integer().default(0),
      'in-memory-format': choice(['BINARY', 'OBJECT']).default('BINARY'),
      'merge-policy': mergePolicySection,
    }),
  ),
  'reliable-topic': reliableTopicSection,
  multimap: byName(
    structure({
      ...backups,
      'value-collection-type': choice(['SET', 'LIST']).default('SET'),
      'statistics-enabled': flag().default(true),
      'merge-policy': mergePolicySection,
    }),
  ),
  /** All listeners of a topic get the same order, whatever is written. */
  topic: byName(
    z.object({
      'global-ordering-enabled': flag().default(false),
      'statistics-enabled': flag().default(true),
      'multi-threading-enabled': flag().optional(),
    }),
  ),
  lock: byName(atomicSection),
  'atomic-long': byName(atomicSection),
  'flake-id-generator': byName(atomicSection),
  /** What structures refer to with `split-brain-protection-ref`. */
  'split-brain-protection': byName(
    z.object({
      enabled: flag().default(false),
      'minimum-cluster-size': integer(2).default(2),
      'protect-on': choice(['READ', 'WRITE', 'READ_WRITE']).default('READ_WRITE'),
      'function-type': choice(['MEMBER']).default('MEMBER'),
    }),
  ),
  /** Which members must not hold two copies of the same entry. */
  'partition-group': section({
    enabled: flag().default(false),
    'group-type': choice(['HOST_AWARE', 'CUSTOM', 'PER_MEMBER']).default('PER_MEMBER'),
    'member-group': z.array(list()).default([]),
  }),
}
