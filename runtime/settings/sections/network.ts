import { z } from 'zod'
import { joinSection } from './join.ts'
import { flag, integer, list, section, text } from './values.ts'

const group = (isEnabled: boolean) => section({ enabled: flag().default(isEnabled) })

/** Where a member listens and what it offers there. */
export const networkSection = section({
  'public-address': text().optional(),
  port: section({
    port: integer(0, 65_535).optional(),
    'auto-increment': flag().default(true),
    'port-count': integer(1, 65_535).default(100),
  }),
  'reuse-address': flag().optional(),
  'outbound-ports': list().default([]),
  /** YAML lists them under `interfaces`, XML in elements called `interface`. */
  interfaces: section({
    enabled: flag().default(false),
    interfaces: list().default([]),
    interface: list().default([]),
  }),
  join: joinSection,
  /** Hazelcast's paths over HTTP: on unless switched off, for that port has credentials of its own. */
  'rest-api': section({
    enabled: flag().default(true),
    'endpoint-groups': section({
      CLUSTER_READ: group(true),
      CLUSTER_WRITE: group(false),
      HEALTH_CHECK: group(true),
      DATA: group(false),
    }),
  }),
})

export type NetworkConfiguration = z.infer<typeof networkSection>
