import { z } from 'zod'
import { clientSection } from './client.ts'
import { seatunnelSection } from './engine.ts'
import { hazelcastSection } from './hazelcast.ts'
import { tidegateSection } from './tidegate.ts'

export type { ClientConfiguration } from './client.ts'
export { WITHOUT_EFFECT, type EngineConfiguration } from './engine.ts'
export type { HazelcastConfiguration } from './hazelcast.ts'
export type { JoinConfiguration } from './join.ts'
export type { NetworkConfiguration } from './network.ts'
export type { TidegateConfiguration } from './tidegate.ts'

/** The whole configuration: one file may hold all roots, or each has a file of its own. */
export const configurationSchema = z.object({
  tidegate: tidegateSection,
  seatunnel: seatunnelSection,
  hazelcast: hazelcastSection,
  'hazelcast-client': clientSection,
})

export type Configuration = z.infer<typeof configurationSchema>
