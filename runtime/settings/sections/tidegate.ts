import { z } from 'zod'
import { choice, flag, integer, section, text } from './values.ts'

/** The root `tidegate`: what neither of the other systems has. */
export const tidegateSection = section({
  role: choice(['master', 'worker', 'master_and_worker']).default('master_and_worker'),
  /** Members prove it to each other when they join. */
  'cluster-secret': text().optional(),
  /** The address that HTTP and members listen on; another than loopback needs credentials. */
  'bind-address': text().default('127.0.0.1'),
  insecure: flag().default(false),
  'http-token': text().optional(),
  /** The side that does not see most masters stops; on by default from three masters on. */
  'split-brain-protection': flag().optional(),
  /** A member near it takes a heap snapshot and stops; 0 for no limit. */
  'memory-limit-megabytes': integer().default(0),
  'data-folder': text().default('data'),
})

export type TidegateConfiguration = z.infer<typeof tidegateSection>
