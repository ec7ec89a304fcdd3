import { z } from 'zod'
import { messageOf } from '../../runtime/errors/index.ts'
import { WireFault } from '../wire/index.ts'

const address = z.object({ host: z.string().max(255), port: z.int().min(0).max(65_535) })
const id = z.string().min(1).max(100)
const count = z.int().min(0)
const LIST_MAX = 10_000

const record = z.object({
  id,
  processId: id,
  address,
  role: z.enum(['master', 'worker', 'master_and_worker']),
  version: z.string().max(100),
})

const stamp = z.object({ clusterId: id, epoch: count, version: count, masterId: id })

const view = stamp
  .extend({
    members: z.array(record).max(LIST_MAX).readonly(),
    agreedMasters: z.array(z.string().max(300)).max(LIST_MAX).readonly(),
  })
  .refine(({ members, masterId }) => members.some((member) => member.id === masterId), {
    error: 'the master of a view is not in its list',
  })
  .refine(({ members }) => new Set(members.map((member) => member.id)).size === members.length, {
    error: 'a member is twice in a view',
  })

/** A cluster in short, as its members describe it to those that are outside. */
const summary = stamp.extend({
  masterAddress: address,
  masters: count,
  size: count,
  ageMs: z.number(),
  isSafe: z.boolean(),
})

const compatibility = z.object({
  clusterName: z.string().max(1000),
  partitionCount: count,
  protocol: z.object({ oldest: count, newest: count }),
})

const message = z.discriminatedUnion('kind', [
  /** Who is at `asked`? Sent by joiners, and by masters that look for other clusters. */
  z.object({
    kind: z.literal('hello'),
    asked: address,
    sender: record,
    sentAtMs: z.number(),
    cluster: summary.optional(),
  }),
  /** The answer, from whoever is reached at `asked`; `yields` means that the sender lets the asker found the cluster. */
  z.object({
    kind: z.literal('here'),
    asked: address,
    sender: record,
    askedAtMs: z.number(),
    yields: z.boolean(),
    cluster: summary.optional(),
  }),
  /** `epochOwner` is the master that the joiner obeyed in `epochSeen`. */
  z.object({
    kind: z.literal('join'),
    joiner: record,
    compatibility,
    epochSeen: count,
    epochOwner: id.optional(),
  }),
  z.object({ kind: z.literal('refuse'), joinerId: id, reason: z.string().max(1000) }),
  z.object({ kind: z.literal('view'), view, ageMs: z.number() }),
  /**
   * `sentAtMs` is on the sender's clock; `echoMs` is the newest `sentAtMs` that the sender has of
   * the receiver: what the message says was so after that.
   */
  z.object({
    kind: z.literal('heartbeat'),
    senderId: id,
    stamp,
    sentAtMs: z.number(),
    echoMs: z.number().optional(),
    epochSeen: count,
    suspects: z.array(id).max(LIST_MAX).readonly(),
    /** The sender's vote is with the receiver, its master. */
    grants: z.boolean(),
    /** From the master: for how long it surely has the majority. */
    leaseLeftMs: z.number(),
  }),
  /** "You are not in my list", to the member `you`. */
  z.object({ kind: z.literal('stranger'), senderId: id, you: id, stamp }),
  z.object({ kind: z.literal('claim'), clusterId: id, epoch: count, candidateId: id }),
  z.object({ kind: z.literal('confirm'), epoch: count, senderId: id, view }),
  /** The candidate shall wait: the sender has seen `epochSeen`, or still hears an older master. */
  z.object({ kind: z.literal('object'), epoch: count, senderId: id, epochSeen: count, view }),
  z.object({ kind: z.literal('leave'), leaverId: id }),
  z.object({ kind: z.literal('mergeOffer'), cluster: summary }),
  z.object({ kind: z.literal('mergeAccept'), offered: stamp, into: summary }),
  z.object({ kind: z.literal('mergeInto'), senderId: id, into: summary }),
])

/** What members say to each other about membership. */
export type MembershipMessage = z.infer<typeof message>
export type MessageOf<Kind extends MembershipMessage['kind']> = Extract<
  MembershipMessage,
  { readonly kind: Kind }
>
export type ClusterSummary = z.infer<typeof summary>
export type Compatibility = z.infer<typeof compatibility>

export const encodeMessage = (sent: MembershipMessage): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(sent))

/** Skips unknown fields, which a newer member may send; throws WireFault when it is no message. */
export const decodeMessage = (bytes: Uint8Array): MembershipMessage => {
  try {
    return message.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (thrown) {
    throw new WireFault(`It sent a message about membership that is none: ${messageOf(thrown)}`)
  }
}
