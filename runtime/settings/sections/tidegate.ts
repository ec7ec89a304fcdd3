import { z } from 'zod'
import { choice, flag, integer, section, text } from './values.ts'

/** PEM files of this member, for HTTPS and, with `members`, for the port of the members. */
const tlsSection = section({
  'certificate-file': text().optional(),
  'key-file': text().optional(),
  'authorities-file': text().optional(),
  members: flag().default(false),
  /** HTTPS serves only clients with a certificate that the authorities signed. */
  'ask-certificate': flag().default(false),
})

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
  /** How many masters the whole cluster has; 0 where that is not told. */
  masters: integer().default(0),
  tls: tlsSection,
  'max-body-bytes': integer(1).default(67_108_864),
  'request-timeout-milliseconds': integer(1).default(30_000),
  /**
   * A member that holds more writes a heap snapshot to the data folder, leaves the cluster and ends;
   * 0 for no limit.
   */
  'memory-limit-megabytes': integer().default(0),
  /** Of snapshots of a full heap, and of persisted maps that name no folder. */
  'data-folder': text().default('data'),
  persistence: section({
    /**
     * A cluster with persisted maps that was stopped whole waits so long at its start for all members
     * that held data; then it goes on with what those have that are there.
     */
    'validation-timeout-seconds': integer().default(30),
  }),
})

export type TidegateConfiguration = z.infer<typeof tidegateSection>
