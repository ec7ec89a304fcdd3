import { z } from 'zod'
import { EngineError } from '../../runtime/errors/index.ts'
import type { Address } from '../../runtime/host/index.ts'

/** What members shout on the multicast group; everything else about joining goes over TCP. */
const announcement = z.object({
  protocol: z.literal('tidegate'),
  clusterName: z.string(),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
  /** The sender asks who is there. */
  asks: z.boolean(),
})

export interface Announcement {
  readonly clusterName: string
  readonly address: Address
  readonly asks: boolean
}

export const encodeAnnouncement = ({ clusterName, address, asks }: Announcement): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ protocol: 'tidegate', clusterName, ...address, asks }))

/** Undefined for anything that is no announcement: anybody may send to the group. */
export const decodeAnnouncement = (bytes: Uint8Array): Announcement | undefined => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw new EngineError('NET-003', 'A datagram cannot be read', { cause: thrown })
  }
  const parsed = announcement.safeParse(value)
  if (!parsed.success) return undefined
  const { clusterName, host, port, asks } = parsed.data
  return { clusterName, address: { host, port }, asks }
}
