import { decimal, flag, integer, list, section, text } from './values.ts'
import { z } from 'zod'

/**
 * How members find each other; keys and defaults are Hazelcast's. `enabled` is left open where
 * nothing is written, because multicast is the fallback exactly when no mechanism is configured.
 */
export const joinSection = section({
  'auto-detection': section({ enabled: flag().default(true) }),
  multicast: section({
    enabled: flag().optional(),
    'multicast-group': text().default('224.2.2.3'),
    'multicast-port': integer(1, 65_535).default(54_327),
    'multicast-time-to-live': integer(0, 255).default(32),
    'multicast-timeout-seconds': decimal().default(2),
    'trusted-interfaces': list().default([]),
    'loopback-mode-enabled': flag().optional(),
  }),
  'tcp-ip': section({
    enabled: flag().optional(),
    'member-list': list().default([]),
    member: list().default([]),
    members: list().default([]),
    interface: list().default([]),
    'required-member': text().optional(),
    'connection-timeout-seconds': decimal().default(5),
  }),
  dns: section({
    enabled: flag().default(false),
    name: text().optional(),
    port: integer(1, 65_535).optional(),
    'resolve-interval-seconds': decimal(0.1).default(5),
  }),
})

export type JoinConfiguration = z.infer<typeof joinSection>
