import { z } from 'zod'
import { joinSection } from './join.ts'
import { flag, integer, list, section, text } from './values.ts'

const group = () => section({ enabled: flag().optional() })

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
  'rest-api': section({
    enabled: flag().default(false),
    'endpoint-groups': section({
      CLUSTER_READ: group(),
      CLUSTER_WRITE: group(),
      HEALTH_CHECK: group(),
      DATA: group(),
    }),
  }),
})

export type NetworkConfiguration = z.infer<typeof networkSection>
