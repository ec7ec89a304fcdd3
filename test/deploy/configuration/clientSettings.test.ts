import { expect, test } from 'bun:test'
import { clientSettings } from '../../../deploy/configuration/index.ts'
import { loadConfiguration } from '../../../runtime/settings/index.ts'
import { diskOf } from '../../runtime/config/hocon/read.ts'

test('a client publishes and listens to reliable topics as its own file says', async () => {
  const disk = diskOf({
    'hazelcast-client.yaml': `hazelcast-client:
  reliable-topic:
    news*: { read-batch-size: 5, topic-overload-policy: ERROR }`,
    'hazelcast.yaml': 'hazelcast: { reliable-topic: { others: { read-batch-size: 7 } } }',
  })
  const { configuration, written, diagnostics } = await loadConfiguration(
    { disk: disk as never, environment: {} },
    { role: 'master' },
  )
  expect(diagnostics).toEqual([])
  expect(clientSettings(configuration!, written, undefined).reliableTopics).toEqual({
    'news*': { readBatchSize: 5, overloadPolicy: 'ERROR' },
  })
})
