import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSetup, type MemberSetup, type SetupOptions } from '../../../deploy/cli/member/setup.ts'
import { createRealHost } from '../../../runtime/host/index.ts'

const MASTER = `
hazelcast:
  cluster-name: seatunnel
  network:
    rest-api:
      enabled: true
      endpoint-groups:
        CLUSTER_WRITE:
          enabled: true
        DATA:
          enabled: true
    join:
      tcp-ip:
        enabled: true
        member-list:
          - master-node-1:5801
          - master-node-2:5801
          - worker-node-1:5802
    port:
      auto-increment: false
      port: 5801
  map:
    engine*:
      map-store:
        enabled: true
        initial-mode: EAGER
        factory-class-name: org.apache.seatunnel.engine.server.persistence.FileMapStoreFactory
        properties:
          type: hdfs
          storage.type: oss
          block.size: block size(bytes)
          fs.oss.accessKeySecret: hush hush
  properties:
    hazelcast.heartbeat.failuredetector.type: phi-accrual
    hazelcast.heartbeat.interval.seconds: 2
    hazelcast.max.no.heartbeat.seconds: 180
    hazelcast.heartbeat.phiaccrual.failuredetector.threshold: 10
    hazelcast.heartbeat.phiaccrual.failuredetector.sample.size: 200
    hazelcast.heartbeat.phiaccrual.failuredetector.min.std.dev.millis: 100
`

const WORKER = `
hazelcast:
  network:
    port: { auto-increment: false, port: 5802 }
`

const SEATUNNEL = `
seatunnel:
  engine:
    backup-count: 1
    classloader-cache-mode: true
    history-job-expire-minutes: 1440
    print-execution-info-interval: 10
    slot-service:
      dynamic-slot: false
      slot-num: 20
    checkpoint:
      interval: 300000
      timeout: 10000
    http:
      enable-http: true
      port: 8090
      context-path: /engine/
      enable-basic-auth: true
      basic-auth-username: ada
      basic-auth-password: hush
`

const HAZELCAST_XML = `<?xml version="1.0"?>
<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <network>
    <port auto-increment="false" port-count="20">5701</port>
    <join>
      <multicast enabled="false">
        <multicast-group>224.2.2.9</multicast-group>
        <multicast-timeout-seconds>60</multicast-timeout-seconds>
        <trusted-interfaces>
          <interface>192.168.1.102</interface>
          <interface>10.0.0.*</interface>
        </trusted-interfaces>
      </multicast>
      <tcp-ip enabled="true" connection-timeout-seconds="6">
        <required-member>10.0.0.1:5701</required-member>
        <member>10.0.0.1:5701</member>
        <members>10.0.0.2, 10.0.0.3-7</members>
      </tcp-ip>
    </join>
  </network>
</hazelcast>
`

const nothing: SetupOptions = {
  role: undefined,
  config: [],
  set: [],
  cluster: undefined,
}

describe('the configuration', () => {
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tidegate-configuration-'))
    await mkdir(join(home, 'config'))
  })
  afterAll(() => rm(home, { recursive: true }))

  const write = async (name: string, text: string): Promise<string> => {
    const path = join(home, name)
    await Bun.write(path, text)
    return path
  }
  const load = (
    options: Partial<SetupOptions> = {},
    environment: Record<string, string> = {},
  ): Promise<MemberSetup> =>
    loadSetup({ ...createRealHost(), environment }, { ...nothing, ...options })
  const failure = (loading: Promise<unknown>): Promise<unknown> =>
    loading.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )

  test('without any file is alone on loopback, by the ports of SeaTunnel', async () => {
    const { member, http, clusterName, warnings } = await load()
    expect(clusterName).toBe('seatunnel')
    expect(member.network).toMatchObject({ bindAddress: '127.0.0.1', port: 5801 })
    expect((await load({ role: 'worker' })).member.network.port).toBe(5802)
    expect(http.listeners).toEqual([{ address: { host: '127.0.0.1', port: 8080 }, portRange: 0 }])
    expect(warnings).toEqual([])
  })

  test('keeps fewer checkpoints in memory than in files, unless told how many', async () => {
    const retained = async (...set: string[]): Promise<number> => {
      const keys = set.map((each) => `seatunnel.engine.checkpoint.storage.${each}`)
      return (await load({ set: keys })).jobs.storage.maxRetained
    }
    expect(await retained()).toBe(3)
    expect(await retained('type=localfile')).toBe(20)
    expect(await retained('max-retained=7')).toBe(7)
    expect(await retained('type=localfile', 'max-retained=7')).toBe(7)
  })

  test("reads SeaTunnel's files as they are, those of the role", async () => {
    await write('config/hazelcast-master.yaml', MASTER)
    await write('config/hazelcast-worker.yaml', WORKER)
    await write('config/seatunnel.yaml', SEATUNNEL)
    const environment = { SEATUNNEL_HOME: home }
    const { member, http, warnings } = await load({ role: 'master' }, environment)
    expect(member).toMatchObject({
      failureDetectorType: 'phi-accrual',
      heartbeatIntervalSeconds: 2,
      maxNoHeartbeatSeconds: 180,
      phiAccrual: { threshold: 10, sampleSize: 200, minStdDeviationMs: 100 },
      network: { port: 5801, portAutoIncrement: false },
      join: {
        tcpIp: {
          enabled: true,
          members: ['master-node-1:5801', 'master-node-2:5801', 'worker-node-1:5802'],
        },
      },
    })
    expect(http).toMatchObject({
      listeners: [{ address: { port: 8090 } }],
      contextPath: '/engine',
      credentials: { basic: { username: 'ada', password: 'hush' } },
    })
    expect(warnings.join('\n')).toContain('master-node-1:5801 cannot reach it')
    const worker = await load({ role: 'worker' }, environment)
    expect(worker.member.network.port).toBe(5802)
  })

  test("reads the join part of Hazelcast's XML", async () => {
    const { member } = await load({ config: [await write('hazelcast.xml', HAZELCAST_XML)] })
    expect(member.network).toMatchObject({ port: 5701, portAutoIncrement: false, portCount: 20 })
    expect(member.join).toMatchObject({
      multicast: {
        enabled: false,
        group: '224.2.2.9',
        timeoutSeconds: 60,
        trustedInterfaces: ['192.168.1.102', '10.0.0.*'],
      },
      tcpIp: {
        enabled: true,
        requiredMember: '10.0.0.1:5701',
        connectionTimeoutSeconds: 6,
        members: ['10.0.0.2', '10.0.0.3-7', '10.0.0.1:5701'],
      },
    })
  })

  test('reads the short forms of a port and of a list in XML', async () => {
    const path = await write(
      'short.xml',
      '<hazelcast><network><port>5711</port><join><tcp-ip enabled="true"><member-list>' +
        '<member>127.0.0.1</member></member-list></tcp-ip></join></network></hazelcast>',
    )
    const { member } = await load({ config: [path] })
    expect(member.network.port).toBe(5711)
    expect(member.join.tcpIp.members).toEqual(['127.0.0.1'])
  })

  test('warns of the password that everybody knows, where others can try it', async () => {
    const set = ['seatunnel.engine.http.enable-basic-auth=true']
    expect((await load({ set })).warnings).toEqual([])
    const { warnings } = await load({ set: [...set, 'tidegate.bind-address=0.0.0.0'] })
    expect(warnings.join()).toContain('basic-auth-password')
  })

  test('tells the origin of each value, and no secret', async () => {
    const path = await write(
      'all.yaml',
      `${MASTER}${SEATUNNEL}\ntidegate: { cluster-secret: hush }\n`,
    )
    const { configuration } = await load(
      { config: [path], set: ['hazelcast.network.port.port=1'], cluster: 'mine' },
      { HZ_NETWORK_PORT_PORT: '2', HZ_NETWORK_PORT_AUTOINCREMENT: 'true' },
    )
    const shown = configuration()
    const find = (wanted: string): unknown => shown.find(({ key }) => key === wanted)
    expect(find('hazelcast.cluster-name')).toMatchObject({ value: '"mine"' })
    expect(find('hazelcast.network.port.port')).toMatchObject({
      value: '1',
      origin: '-s hazelcast.network.port.port',
    })
    expect(find('hazelcast.network.port.auto-increment')).toMatchObject({
      value: 'true',
      origin: 'environment HZ_NETWORK_PORT_AUTOINCREMENT',
    })
    expect(find('seatunnel.engine.slot-service.slot-num')).toMatchObject({
      value: '20',
      origin: `${path}:49:17`,
    })
    expect(find('hazelcast.network.port.port-count')).toMatchObject({ origin: 'default' })
    expect(find('tidegate.cluster-secret')).toMatchObject({ value: '"******"' })
    expect(JSON.stringify(shown)).not.toContain('hush')
  })

  test('takes the role from the configuration, and the files of that role', async () => {
    const environment = { SEATUNNEL_HOME: home, TIDEGATE_ROLE: 'worker' }
    const { member } = await load({}, environment)
    expect(member).toMatchObject({ role: 'worker', network: { port: 5802 } })
    expect((await load({ role: 'master' }, environment)).member.role).toBe('master')
  })

  test("takes what of Hazelcast's paths is served from rest-api", async () => {
    const groupsWith = async (...set: readonly string[]): Promise<unknown> =>
      (await load({ set: set.map((each) => `hazelcast.network.rest-api.${each}`) })).http
        .endpointGroups
    expect(await groupsWith()).toEqual({ clusterRead: true, healthCheck: true, data: false })
    const none = { clusterRead: false, healthCheck: false, data: false }
    expect(await groupsWith('enabled=false', 'endpoint-groups.DATA.enabled=true')).toEqual(none)
    const data = await groupsWith('endpoint-groups.DATA.enabled=true')
    expect(data).toEqual({ clusterRead: true, healthCheck: true, data: true })
    const part = await groupsWith('endpoint-groups.CLUSTER_READ.enabled=false')
    expect(part).toEqual({ clusterRead: false, healthCheck: true, data: false })
  })

  test('tells the role and the port of a member as it would start', async () => {
    const shown = (await load({ role: 'worker' })).configuration()
    expect(shown).toContainEqual({
      key: 'tidegate.role',
      value: '"worker"',
      origin: '-s tidegate.role',
    })
    expect(shown).toContainEqual({
      key: 'hazelcast.network.port.port',
      value: '5802',
      origin: 'default',
    })
  })

  test('warns of an unknown key with its line and what it may mean', async () => {
    const path = await write('typo.yaml', 'hazelcast:\n  network:\n    port: { prot: 1 }\n')
    const { warnings } = await load({ config: [path], set: ['tidegate.insecur=true'] })
    expect(warnings.join('\n')).toMatch(/typo\.yaml:3:13 CFG-002 .*prot.*Did you mean `port`\?/)
    expect(warnings.join('\n')).toMatch(/-s tidegate\.insecur CFG-002 .*Did you mean `insecure`/)
  })

  test.each([
    ['tidegate.insecure=maybe', 'CFG-005', 'tidegate.insecure'],
    ['hazelcast.network.port.port=-1', 'CFG-005', 'hazelcast.network.port.port'],
    ['seatunnel.engine.http.enable-https=true', 'CFG-003', 'certificate-file'],
    ['nonsense', 'CFG-001', 'key=value'],
  ])('refuses %s', async (setting, code, part) => {
    const thrown = await failure(load({ set: [setting] }))
    expect(thrown).toMatchObject({ code })
    expect(String(thrown)).toContain(part)
  })

  test('says where in a file a value is wrong', async () => {
    const path = await write('wrong.yaml', 'seatunnel:\n  engine:\n    http: { port: x }\n')
    expect(await failure(load({ config: [path] }))).toMatchObject({
      code: 'CFG-005',
      at: { file: path, line: 3, column: 19 },
    })
  })
})
