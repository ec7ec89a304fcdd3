import { expect, test } from 'bun:test'
import { clientSettings } from '../../../deploy/configuration/index.ts'
import { DEFAULT_CLIENT } from '../../../members/grid/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import { loadConfiguration } from '../../../runtime/settings/index.ts'
import { diskOf } from '../../runtime/config/hocon/read.ts'

const load = async (files: { readonly [path: string]: string }) => {
  const { configuration, written, diagnostics } = await loadConfiguration(
    { disk: diskOf(files) as never, environment: {} },
    { role: 'master_and_worker' },
  )
  expect(diagnostics.map(formatDiagnostic)).toEqual([])
  return clientSettings(configuration!, written, undefined)
}

/** As the documentation of SeaTunnel has it. */
const SEATUNNEL = `
hazelcast-client:
  cluster-name: seatunnel
  properties:
    hazelcast.logging.type: log4j2
  network:
    cluster-members:
      - master-node-1:5801
      - master-node-2:5801
`

test("SeaTunnel's hazelcast-client.yaml loads as it is", async () => {
  expect(await load({ 'hazelcast-client.yaml': SEATUNNEL })).toEqual({
    ...DEFAULT_CLIENT,
    clusterName: 'seatunnel',
    members: ['master-node-1:5801', 'master-node-2:5801'],
    retry: { ...DEFAULT_CLIENT.retry, clusterConnectTimeoutMs: 3000 },
  })
})

const FULL = `
hazelcast-client:
  cluster-name: plant
  connection-strategy:
    reconnect-mode: ASYNC
    connection-retry:
      initial-backoff-millis: 10
      max-backoff-millis: 200
      multiplier: 2
      cluster-connect-timeout-millis: -1
      jitter: 0.2
  network:
    cluster-members: 10.0.0.1, 10.0.0.2:5805
    connection-timeout: 700
    redo-operation: true
  near-cache:
    hot*: { time-to-live-seconds: 5, eviction: { size: 10 } }
  reliable-topic:
    t: { read-batch-size: 2, topic-overload-policy: ERROR }
  properties:
    hazelcast.client.invocation.timeout.seconds: 7
    hazelcast.client.max.concurrent.invocations: 100
    hazelcast.client.invocation.backoff.timeout.millis: 50
    hazelcast.client.heartbeat.interval: 1000
    hazelcast.client.heartbeat.timeout: 9000
tidegate:
  cluster-secret: hush
`

test('all that a client of Hazelcast can be told is taken', async () => {
  expect(await load({ 'tidegate.yaml': FULL })).toEqual({
    ...DEFAULT_CLIENT,
    clusterName: 'plant',
    members: ['10.0.0.1', '10.0.0.2:5805'],
    secret: 'hush',
    connectionTimeoutMs: 700,
    reconnectMode: 'ASYNC',
    redoOperation: true,
    retry: {
      initialBackoffMs: 10,
      maxBackoffMs: 200,
      multiplier: 2,
      jitter: 0.2,
      clusterConnectTimeoutMs: Infinity,
    },
    invocationTimeoutMs: 7000,
    invocationsMax: 100,
    backoffTimeoutMs: 50,
    heartbeatIntervalMs: 1000,
    heartbeatTimeoutMs: 9000,
    nearCaches: {
      'hot*': { timeToLiveSeconds: 5, maxIdleSeconds: 0, invalidateOnChange: true, sizeMax: 10 },
    },
    reliableTopics: { t: { readBatchSize: 2, overloadPolicy: 'ERROR' } },
  })
})

test('a client that must not ask owners itself is told that it does', async () => {
  const { notices } = await loadConfiguration(
    {
      disk: diskOf({
        'hazelcast-client.yaml': 'hazelcast-client: { network: { smart-routing: false } }',
      }) as never,
      environment: {},
    },
    { role: 'master_and_worker' },
  )
  expect(notices).toEqual([expect.stringContaining('clients always ask the owner')])
})

test('without a section of its own a client looks where the members of the file are', async () => {
  const member = (text: string) => load({ 'hazelcast.yaml': `hazelcast: { ${text} }` })
  const join = 'join: { tcp-ip: { enabled: true, member-list: ["a:1", "b:2"] } }'
  expect(await member(`cluster-name: plant, network: { ${join} }`)).toMatchObject({
    clusterName: 'plant',
    members: ['a:1', 'b:2'],
  })
  expect((await member('network: { port: 5905 }')).members).toEqual(['localhost:5905'])
  expect((await load({})).members).toEqual(['localhost:5801'])
})
