import { expect, test } from 'bun:test'
import {
  configurationJsonSchema,
  describeConfiguration,
  loadConfiguration,
} from '../../../runtime/settings/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import { diskOf } from '../config/hocon/read.ts'

type Options = Partial<Parameters<typeof loadConfiguration>[1]>

const load = async (
  files: { readonly [path: string]: string },
  environment: { readonly [name: string]: string } = {},
  options: Options = {},
) => {
  const loaded = await loadConfiguration(
    { disk: diskOf(files) as never, environment },
    { role: 'master', ...options },
  )
  return { ...loaded, problems: loaded.diagnostics.map(formatDiagnostic) }
}

test('without files all is default', async () => {
  const { configuration, problems, notices } = await load({})
  expect(problems).toEqual([])
  expect(notices).toEqual([])
  expect(configuration).toMatchObject({
    tidegate: { role: 'master_and_worker', 'bind-address': '127.0.0.1' },
    seatunnel: {
      engine: { 'backup-count': 1, checkpoint: { interval: 300_000, timeout: 30_000 } },
    },
    hazelcast: {
      'cluster-name': 'seatunnel',
      network: {
        join: {
          'auto-detection': { enabled: true },
          multicast: { 'multicast-group': '224.2.2.3', 'multicast-port': 54_327 },
          'tcp-ip': { 'connection-timeout-seconds': 5 },
        },
      },
    },
    'hazelcast-client': { network: { 'cluster-members': ['localhost:5801'] } },
  })
  expect(configuration!.hazelcast.network.join.multicast.enabled).toBeUndefined()
})

const MASTER = `
hazelcast:
  cluster-name: plant
  network:
    rest-api:
      enabled: true
      endpoint-groups: { CLUSTER_WRITE: { enabled: true }, DATA: { enabled: true } }
    join:
      tcp-ip:
        enabled: true
        member-list:
          - master-a:5801
          - worker-a:5802
    port: { auto-increment: false, port: 5801 }
  properties:
    hazelcast.heartbeat.failuredetector.type: phi-accrual
    hazelcast.heartbeat.interval.seconds: 2
    hazelcast.max.no.heartbeat.seconds: 180
    hazelcast.heartbeat.phiaccrual.failuredetector.threshold: 10
    hazelcast.heartbeat.phiaccrual.failuredetector.sample.size: 200
    hazelcast.heartbeat.phiaccrual.failuredetector.min.std.dev.millis: 100
  map:
    engine*:
      map-store:
        enabled: true
        initial-mode: EAGER
        factory-class-name: org.apache.seatunnel.engine.server.persistence.FileMapStoreFactory
        properties:
          type: hdfs
          namespace: /tmp/plant/imap
          clusterName: plant
          storage.type: hdfs
          fs.defaultFS: file:///
`

test('the files of a SeaTunnel cluster load as they are', async () => {
  const { configuration, problems, notices } = await load({
    'config/hazelcast-master.yaml': MASTER,
    'config/seatunnel.yaml': `
seatunnel:
  engine:
    backup-count: 2
    history-job-expire-minutes: 60
    print-execution-info-interval: 10
    classloader-cache-mode: true
    slot-service: { dynamic-slot: false, slot-num: 20 }
    checkpoint:
      interval: 9000
      timeout: 10000
      storage:
        type: hdfs
        max-retained: 3
        plugin-config: { namespace: /tmp/plant/checkpoint, storage.type: hdfs, fs.defaultFS: "file:///tmp/" }
`,
    'config/hazelcast-client.yaml': `
hazelcast-client:
  cluster-name: plant
  properties: { hazelcast.logging.type: log4j2 }
  network: { cluster-members: [master-a:5801, master-b:5801] }
`,
    'config/jvm_master_options': '# heap\n-Xms2g\n-Xmx2g\n-XX:+HeapDumpOnOutOfMemoryError\n',
  })
  expect(problems).toEqual([])
  expect(configuration).toMatchObject({
    hazelcast: {
      'cluster-name': 'plant',
      network: {
        'rest-api': { enabled: true, 'endpoint-groups': { DATA: { enabled: true } } },
        join: { 'tcp-ip': { enabled: true, 'member-list': ['master-a:5801', 'worker-a:5802'] } },
        port: { port: 5801, 'auto-increment': false },
      },
      properties: {
        'hazelcast.heartbeat.failuredetector.type': 'phi-accrual',
        'hazelcast.max.no.heartbeat.seconds': 180,
        'hazelcast.heartbeat.phiaccrual.failuredetector.sample.size': 200,
      },
      map: {
        'engine*': {
          'map-store': { 'initial-mode': 'EAGER', properties: { 'fs.defaultFS': 'file:///' } },
        },
      },
    },
    seatunnel: {
      engine: {
        'backup-count': 2,
        'slot-service': { 'dynamic-slot': false, 'slot-num': 20 },
        checkpoint: { interval: 9000, storage: { 'plugin-config': { 'storage.type': 'hdfs' } } },
      },
    },
    'hazelcast-client': { network: { 'cluster-members': ['master-a:5801', 'master-b:5801'] } },
  })
  expect(notices).toHaveLength(2)
  expect(notices[0]).toContain('hazelcast-client.properties.hazelcast.logging.type')
  expect(notices[1]).toContain('tidegate.memory-limit-megabytes limits memory')
})

test('the join part of hazelcast.xml loads as it is', async () => {
  const { configuration, problems } = await load({
    'hazelcast.xml': `<hazelcast>
  <network>
    <port auto-increment="false">5801</port>
    <interfaces enabled="true"><interface>10.0.0.*</interface></interfaces>
    <join>
      <multicast enabled="false">
        <multicast-group>224.2.2.9</multicast-group>
        <multicast-port>54330</multicast-port>
        <multicast-time-to-live>16</multicast-time-to-live>
        <multicast-timeout-seconds>3</multicast-timeout-seconds>
        <trusted-interfaces><interface>192.168.1.*</interface><interface>10.0.0.1-9</interface></trusted-interfaces>
      </multicast>
      <tcp-ip enabled="true">
        <required-member>10.0.0.4</required-member>
        <member>10.0.0.4</member>
        <members>10.0.0.5,10.0.0.6-8</members>
        <connection-timeout-seconds>60</connection-timeout-seconds>
      </tcp-ip>
    </join>
  </network>
</hazelcast>`,
  })
  expect(problems).toEqual([])
  expect(configuration!.hazelcast.network).toMatchObject({
    port: { port: 5801, 'auto-increment': false },
    interfaces: { enabled: true, interface: ['10.0.0.*'] },
    join: {
      multicast: {
        enabled: false,
        'multicast-group': '224.2.2.9',
        'multicast-port': 54_330,
        'multicast-time-to-live': 16,
        'multicast-timeout-seconds': 3,
        'trusted-interfaces': ['192.168.1.*', '10.0.0.1-9'],
      },
      'tcp-ip': {
        enabled: true,
        'required-member': '10.0.0.4',
        member: ['10.0.0.4'],
        members: ['10.0.0.5', '10.0.0.6-8'],
        'connection-timeout-seconds': 60,
      },
    },
  })
})

test('what is nearer to the program wins, and each value has its origin', async () => {
  const files = {
    'tidegate.yaml': 'hazelcast:\n  cluster-name: own\ntidegate: { cluster-secret: abc }',
    'hazelcast.yaml': 'hazelcast: { cluster-name: below, instance-name: one }',
  }
  const environment = {
    HZ_NETWORK_PORT_AUTOINCREMENT: 'false',
    HZ_PROPERTIES_HAZELCAST_MAX_NO_HEARTBEAT_SECONDS: '9',
    HZCLIENT_CLUSTERNAME: 'c',
    TIDEGATE_ROLE: 'worker',
    TIDEGATE_SEATUNNEL_ENGINE_BACKUPCOUNT: '3',
    ST_DOCKER_MEMBER_LIST: 'a:1, b:2',
    PATH: '/bin',
  }
  const settings = ['seatunnel.engine.backup-count=4', 'hazelcast.network.port=6000']
  const loaded = await load(files, environment, { role: 'worker', settings })
  expect(loaded.problems).toEqual([])
  const origins = new Map(describeConfiguration(loaded).map(({ key, ...rest }) => [key, rest]))
  expect(origins.get('hazelcast.cluster-name')).toEqual({
    value: '"own"',
    origin: 'tidegate.yaml:2:17',
  })
  expect(origins.get('hazelcast.instance-name')?.origin).toBe('hazelcast.yaml:1:50')
  expect(origins.get('hazelcast.network.port.auto-increment')).toEqual({
    value: 'false',
    origin: 'environment HZ_NETWORK_PORT_AUTOINCREMENT',
  })
  expect(origins.get('hazelcast.network.port.port')).toEqual({
    value: '6000',
    origin: '-s hazelcast.network.port',
  })
  expect(origins.get('hazelcast.properties.hazelcast.max.no.heartbeat.seconds')?.value).toBe('9')
  expect(origins.get('hazelcast.network.join.tcp-ip.member-list')?.value).toBe('["a:1","b:2"]')
  expect(origins.get('hazelcast-client.cluster-name')?.value).toBe('"c"')
  expect(origins.get('seatunnel.engine.backup-count')).toEqual({
    value: '4',
    origin: '-s seatunnel.engine.backup-count',
  })
  expect(origins.get('tidegate.role')?.value).toBe('"worker"')
  expect(origins.get('tidegate.cluster-secret')?.value).toBe('"******"')
  expect(origins.get('seatunnel.engine.checkpoint.interval')).toEqual({
    value: '300000',
    origin: 'default',
  })
})

test('unknown keys and bad values come together, with their lines', async () => {
  const { configuration, problems } = await load(
    {
      'tidegate.yaml':
        'hazelcast:\n  clustername: x\n  network:\n    port:\n      port: many\nseatunnel:\n  engine:\n    backup-count: 7\nother: 1',
    },
    { HZ_CLUSTERNAM: 'x' },
    { settings: ['novalue'] },
  )
  expect(configuration).toBeUndefined()
  expect(problems).toEqual([
    'environment HZ_CLUSTERNAM CFG-002 No key goes by the variable HZ_CLUSTERNAM. Did you mean HZ_CLUSTERNAME?',
    '-s novalue CFG-001 Write -s key=value, not -s novalue.',
    'tidegate.yaml:2:3 CFG-002 `hazelcast` has no key `clustername`. Did you mean `cluster-name`? It is ignored.',
    'tidegate.yaml:9:1 CFG-002 The configuration has no key `other`. It is ignored.',
    expect.stringMatching(
      /^tidegate.yaml:8:19 CFG-005 `seatunnel.engine.backup-count` is not valid: /,
    ),
    expect.stringMatching(
      /^tidegate.yaml:5:13 CFG-005 `hazelcast.network.port.port` is not valid: /,
    ),
  ])
})

test('a file that a variable names is read, and a missing one is an error', async () => {
  const files = { '/etc/my.yaml': 'hazelcast: { cluster-name: named }' }
  const found = await load(files, { HAZELCAST_CONFIG: '/etc/my.yaml' })
  expect(found.configuration!.hazelcast['cluster-name']).toBe('named')
})

test('the JSON Schema has the keys, kinds and defaults of all roots', () => {
  const schema = configurationJsonSchema()
  expect(schema).toMatchObject({
    properties: {
      tidegate: { properties: { role: { enum: ['master', 'worker', 'master_and_worker'] } } },
      hazelcast: { properties: { 'cluster-name': { type: 'string', default: 'seatunnel' } } },
      seatunnel: {
        properties: { engine: { properties: { 'backup-count': { minimum: 0, maximum: 6 } } } },
      },
    },
  })
  expect(JSON.stringify(schema)).not.toContain('"required"')
})
