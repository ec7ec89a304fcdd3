import { z } from 'zod'
import { nearCacheSection, reliableTopicSection } from './structures.ts'
import { choice, decimal, flag, integer, list, section, text } from './values.ts'

/** Hazelcast's properties of a client that mean something here. */
const propertiesSection = section({
  /** A call that has not been answered by then is given up. */
  'hazelcast.client.invocation.timeout.seconds': decimal(0.001).default(120),
  /** Calls under way at once; more wait for `backoff.timeout`, then they are refused. */
  'hazelcast.client.max.concurrent.invocations': integer(1).default(100_000),
  'hazelcast.client.invocation.backoff.timeout.millis': integer(-1).default(-1),
  'hazelcast.client.heartbeat.interval': integer(1).default(5000),
  'hazelcast.client.heartbeat.timeout': integer(1).default(60_000),
  'hazelcast.logging.type': text().optional(),
})

/** The root of `hazelcast-client.yaml`: how a client finds the cluster. */
export const clientSection = section({
  'cluster-name': text().default('seatunnel'),
  'instance-name': text().optional(),
  'connection-strategy': section({
    'reconnect-mode': choice(['ON', 'OFF', 'ASYNC']).default('ON'),
    'connection-retry': section({
      'cluster-connect-timeout-millis': integer(-1).default(3000),
      'initial-backoff-millis': integer().default(1000),
      'max-backoff-millis': integer().default(30_000),
      multiplier: decimal(1).default(1.05),
      jitter: decimal().default(0),
    }),
  }),
  network: section({
    'cluster-members': list().default(['localhost:5801']),
    'connection-timeout': integer().default(5000),
    'smart-routing': flag().default(true),
    'redo-operation': flag().default(false),
  }),
  'near-cache': z.record(z.string(), nearCacheSection).default({}),
  'reliable-topic': reliableTopicSection,
  properties: propertiesSection,
})

export type ClientConfiguration = z.infer<typeof clientSection>
