import { z } from 'zod'
import { decimal, flag, integer, list, section, text, texts } from './values.ts'

/** The root of `hazelcast-client.yaml`: how a client finds the cluster. */
export const clientSection = section({
  'cluster-name': text().default('seatunnel'),
  'connection-strategy': section({
    'connection-retry': section({
      'cluster-connect-timeout-millis': integer(-1).default(3000),
      'initial-backoff-millis': integer().default(1000),
      'max-backoff-millis': integer().default(30_000),
      multiplier: decimal(1).default(1.05),
    }),
  }),
  network: section({
    'cluster-members': list().default(['localhost:5801']),
    'connection-timeout': integer().default(5000),
    'smart-routing': flag().default(true),
  }),
  properties: texts().default({}),
})

export type ClientConfiguration = z.infer<typeof clientSection>
