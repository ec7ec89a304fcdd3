import { expect, test } from 'bun:test'
import { gridSettings } from '../../../deploy/configuration/index.ts'
import { DEFAULT_GRID, DEFAULT_MAP, settingsOf } from '../../../members/grid/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import { loadConfiguration } from '../../../runtime/settings/index.ts'
import { diskOf } from '../../runtime/config/hocon/read.ts'

const load = async (files: { readonly [path: string]: string }) => {
  const { configuration, diagnostics, notices } = await loadConfiguration(
    { disk: diskOf(files) as never, environment: {} },
    { role: 'master' },
  )
  return { configuration, notices, problems: diagnostics.map(formatDiagnostic) }
}

const YAML = `
hazelcast:
  map:
    default: { backup-count: 2 }
    orders*:
      async-backup-count: 1
      time-to-live-seconds: 60
      max-idle-seconds: 30
      read-backup-data: true
      statistics-enabled: false
      per-entry-stats-enabled: true
      eviction: { eviction-policy: LRU, max-size-policy: PER_PARTITION, size: 500 }
      merge-policy: { batch-size: 50, class-name: com.hazelcast.spi.merge.LatestUpdateMergePolicy }
      indexes:
        - { type: HASH, attributes: [city] }
        - name: by-age-and-name
          type: SORTED
          attributes:
            - age
            - name
      map-store:
        enabled: true
        initial-mode: EAGER
        class-name: ./store.ts
        write-delay-seconds: 5
        write-batch-size: 100
        properties: { namespace: /tmp/imap, clusterName: plant }
      near-cache:
        time-to-live-seconds: 10
        invalidate-on-change: false
        eviction: { eviction-policy: LRU, max-size-policy: ENTRY_COUNT, size: 1000 }
      event-journal: { enabled: true, capacity: 500, time-to-live-seconds: 20 }
  queue:
    default: { max-size: 10, empty-queue-ttl: 5, backup-count: 3 }
    tasks: { merge-policy: DiscardMergePolicy }
  list:
    l: { max-size: 4 }
  set:
    s: { backup-count: 0 }
  ringbuffer:
    r: { capacity: 100, time-to-live-seconds: 9, async-backup-count: 2 }
  reliable-topic:
    t: { read-batch-size: 3, topic-overload-policy: DISCARD_OLDEST }
  multimap:
    m: { value-collection-type: LIST }
  topic:
    t: { global-ordering-enabled: true }
  lock:
    default: { backup-count: 2 }
`

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <map name="default"><backup-count>2</backup-count></map>
  <map name="orders*">
    <async-backup-count>1</async-backup-count>
    <time-to-live-seconds>60</time-to-live-seconds>
    <max-idle-seconds>30</max-idle-seconds>
    <read-backup-data>true</read-backup-data>
    <statistics-enabled>false</statistics-enabled>
    <per-entry-stats-enabled>true</per-entry-stats-enabled>
    <eviction eviction-policy="LRU" max-size-policy="PER_PARTITION" size="500"/>
    <merge-policy batch-size="50">LatestUpdateMergePolicy</merge-policy>
    <indexes>
      <index type="HASH"><attributes><attribute>city</attribute></attributes></index>
      <index name="by-age-and-name" type="SORTED">
        <attributes><attribute>age</attribute><attribute>name</attribute></attributes>
      </index>
    </indexes>
    <map-store enabled="true" initial-mode="EAGER">
      <class-name>./store.ts</class-name>
      <write-delay-seconds>5</write-delay-seconds>
      <write-batch-size>100</write-batch-size>
      <properties>
        <property name="namespace">/tmp/imap</property>
        <property name="clusterName">plant</property>
      </properties>
    </map-store>
    <near-cache name="default">
      <time-to-live-seconds>10</time-to-live-seconds>
      <invalidate-on-change>false</invalidate-on-change>
      <eviction eviction-policy="LRU" max-size-policy="ENTRY_COUNT" size="1000"/>
    </near-cache>
    <event-journal enabled="true">
      <capacity>500</capacity><time-to-live-seconds>20</time-to-live-seconds>
    </event-journal>
  </map>
  <queue name="default">
    <max-size>10</max-size><empty-queue-ttl>5</empty-queue-ttl><backup-count>3</backup-count>
  </queue>
  <queue name="tasks"><merge-policy>DiscardMergePolicy</merge-policy></queue>
  <list name="l"><max-size>4</max-size></list>
  <set name="s"><backup-count>0</backup-count></set>
  <ringbuffer name="r">
    <capacity>100</capacity><time-to-live-seconds>9</time-to-live-seconds>
    <async-backup-count>2</async-backup-count>
  </ringbuffer>
  <reliable-topic name="t">
    <read-batch-size>3</read-batch-size>
    <topic-overload-policy>DISCARD_OLDEST</topic-overload-policy>
  </reliable-topic>
  <multimap name="m"><value-collection-type>LIST</value-collection-type></multimap>
  <topic name="t"><global-ordering-enabled>true</global-ordering-enabled></topic>
  <lock name="default"><backup-count>2</backup-count></lock>
</hazelcast>`

test('YAML and XML of Hazelcast say the same about every structure', async () => {
  const yaml = await load({ 'hazelcast.yaml': YAML })
  const xml = await load({ 'hazelcast.xml': XML })
  expect(yaml.problems).toEqual([])
  expect(xml.problems).toEqual([])
  const settings = gridSettings(yaml.configuration!)
  expect(gridSettings(xml.configuration!)).toEqual(settings)
  expect(settingsOf(settings.maps, 'orders-2026', DEFAULT_MAP)).toEqual({
    backupCount: 1,
    asyncBackupCount: 1,
    timeToLiveSeconds: 60,
    maxIdleSeconds: 30,
    eviction: { policy: 'LRU', maxSizePolicy: 'PER_PARTITION', size: 500 },
    readBackupData: true,
    statisticsEnabled: false,
    perEntryStatsEnabled: true,
    mergePolicy: 'latest-update',
    mergeBatchSize: 50,
    indexes: [
      { name: undefined, type: 'HASH', attributes: ['city'] },
      { name: 'by-age-and-name', type: 'SORTED', attributes: ['age', 'name'] },
    ],
    mapStore: {
      enabled: true,
      initialMode: 'EAGER',
      factoryClassName: undefined,
      className: './store.ts',
      writeDelaySeconds: 5,
      writeBatchSize: 100,
      writeCoalescing: true,
      properties: { namespace: '/tmp/imap', clusterName: 'plant' },
    },
    nearCache: {
      timeToLiveSeconds: 10,
      maxIdleSeconds: 0,
      invalidateOnChange: false,
      sizeMax: 1000,
    },
    eventJournal: { enabled: true, capacity: 500, timeToLiveSeconds: 20 },
  })
  expect(settingsOf(settings.maps, 'other', DEFAULT_MAP).backupCount).toBe(2)
  expect(settings).toMatchObject({
    queues: {
      default: {
        sizeMax: 10,
        emptyQueueTtlSeconds: 5,
        backupCount: 3,
        mergePolicy: 'put-if-absent',
      },
      tasks: { backupCount: 1, mergePolicy: 'discard' },
    },
    lists: { l: { sizeMax: 4 } },
    sets: { s: { backupCount: 0 } },
    ringbuffers: { r: { capacity: 100, timeToLiveSeconds: 9, asyncBackupCount: 2 } },
    multiMaps: { m: { valueCollectionType: 'LIST', backupCount: 1 } },
    reliableTopics: { t: { readBatchSize: 3, overloadPolicy: 'DISCARD_OLDEST' } },
    atomics: { default: { backupCount: 2, asyncBackupCount: 0 } },
  })
})

test('without a file all structures have the defaults of Hazelcast', async () => {
  const { configuration } = await load({})
  const settings = gridSettings(configuration!)
  expect(settings).toEqual({ ...DEFAULT_GRID, maps: { 'engine*': { backupCount: 1 } } })
  const written = gridSettings(
    (await load({ 'hazelcast.yaml': 'hazelcast: { map: { m: } }' })).configuration!,
  )
  expect(settingsOf(written.maps, 'm', DEFAULT_MAP)).toEqual(DEFAULT_MAP)
})

test('the backup-count of the engine holds for its maps, and for them alone', async () => {
  const engine = 'seatunnel: { engine: { backup-count: 3 } }'
  const backupCountOf = async (maps: string, name: string): Promise<number> => {
    const { configuration } = await load({
      'seatunnel.yaml': engine,
      'hazelcast.yaml': `hazelcast: { map: ${maps} }`,
    })
    return settingsOf(gridSettings(configuration!).maps, name, DEFAULT_MAP).backupCount
  }
  expect(await backupCountOf('{}', 'engine_runningJobInfo')).toBe(3)
  expect(await backupCountOf('{}', 'mine')).toBe(1)
  expect(await backupCountOf('{ engine*: { max-idle-seconds: 9 } }', 'engine_x')).toBe(3)
  expect(await backupCountOf('{ engine*: { backup-count: 0 } }', 'engine_x')).toBe(0)
  expect(await backupCountOf('{ engine_x: { max-idle-seconds: 9 } }', 'engine_x')).toBe(3)
  expect(await backupCountOf('{ default: { backup-count: 2 } }', 'engine_x')).toBe(3)
})

test('what is written for all maps holds for those of the engine too', async () => {
  const { configuration } = await load({
    'hazelcast.yaml': 'hazelcast: { map: { default: { time-to-live-seconds: 7 } } }',
  })
  const { maps } = gridSettings(configuration!)
  expect(settingsOf(maps, 'engine_x', DEFAULT_MAP).timeToLiveSeconds).toBe(7)
})

test('structures are protected by what they refer to', async () => {
  const { configuration, problems } = await load({
    'hazelcast.yaml': `hazelcast:
  split-brain-protection:
    three: { enabled: true, minimum-cluster-size: 3, protect-on: WRITE, function-type: MEMBER }
    off: { enabled: false }
  map:
    orders*: { split-brain-protection-ref: three }
    others: { split-brain-protection-ref: off }
  lock:
    l: { split-brain-protection-ref: three }`,
  })
  expect(problems).toEqual([])
  const three = { name: 'three', minimumClusterSize: 3, protectOn: 'WRITE' }
  expect(gridSettings(configuration!).protections).toMatchObject({
    map: { 'orders*': { protection: three }, others: { protection: undefined } },
    lock: { l: { protection: three } },
  })
})

test('a reference to no split-brain-protection is told', async () => {
  const { configuration } = await load({
    'hazelcast.yaml': 'hazelcast: { queue: { q: { split-brain-protection-ref: nothing } } }',
  })
  expect(() => gridSettings(configuration!)).toThrow(
    'hazelcast.queue.q.split-brain-protection-ref: there is no `nothing`',
  )
})

test('what makes no sense is told with its place', async () => {
  const { configuration, problems } = await load({
    'hazelcast.yaml': `hazelcast:
  map:
    many: { backup-count: 4, async-backup-count: 3 }
    odd:
      eviction: { eviction-policy: OLDEST }
      merge-policy: SillyMergePolicy
      evction: 1
  queue:
    q: { max-size: -1 }`,
  })
  expect(configuration).toBeUndefined()
  expect(problems).toEqual([
    'hazelcast.yaml:7:7 CFG-002 `hazelcast.map.odd` has no key `evction`. Did you mean `eviction`? It is ignored.',
    expect.stringMatching(/^hazelcast.yaml:3:11 CFG-005 .*more than 6 together\.$/),
    expect.stringMatching(
      /^hazelcast.yaml:5:36 CFG-005 `hazelcast.map.odd.eviction.eviction-policy` /,
    ),
    expect.stringMatching(
      /^hazelcast.yaml:6:21 CFG-005 `hazelcast.map.odd.merge-policy.merge-policy` /,
    ),
    expect.stringMatching(/^hazelcast.yaml:9:20 CFG-005 `hazelcast.queue.q.max-size` /),
  ])
})

test('keys that only a JVM needs are read and named', async () => {
  const { problems, notices } = await load({
    'hazelcast.yaml': 'hazelcast: { map: { a.b: { metadata-policy: OFF } } }',
  })
  expect(problems).toEqual([])
  expect(notices).toEqual([
    'Only a JVM needs hazelcast.map.*.metadata-policy; these have no effect here.',
  ])
})
