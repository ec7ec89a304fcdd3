import { addressKey } from '../../runtime/host/index.ts'
import { matchesPattern } from '../discovery/index.ts'
import type { MessageOf } from './messages.ts'
import { sendView } from './heartbeats.ts'
import { change, type Draft, send } from './state.ts'
import { isMaster } from './suspicion.ts'
import { summaryOf } from './summary.ts'
import { findMember } from './view.ts'
import { publish, withAdmitted } from './views.ts'

/** Joiners that come within this time share one new list. */
const GATHER_MS = 20

/** Why a joiner can never be taken in as it is. */
const objection = (
  draft: Draft,
  { joiner, compatibility }: MessageOf<'join'>,
): string | undefined => {
  const { clusterName, partitionCount, protocol, trustedInterfaces } = draft.state.settings
  const { host } = joiner.address
  const isTrusted = trustedInterfaces.some((pattern) => matchesPattern(host, pattern))
  if (trustedInterfaces.length > 0 && !isTrusted) {
    return `${host} is none of its trusted-interfaces`
  }
  if (compatibility.clusterName !== clusterName) {
    return `its cluster-name is "${compatibility.clusterName}", that of this cluster "${clusterName}"`
  }
  if (compatibility.partitionCount !== partitionCount) {
    return `it has ${compatibility.partitionCount} partitions, this cluster has ${partitionCount}`
  }
  const { oldest, newest } = compatibility.protocol
  if (oldest > protocol.newest || newest < protocol.oldest) {
    return `it speaks protocol ${oldest} to ${newest}, this cluster ${protocol.oldest} to ${protocol.newest}`
  }
  const holder = draft.state.view!.members.find((member) => member.id === joiner.id)
  if (holder !== undefined && holder.processId !== joiner.processId) {
    return `another member has its id ${joiner.id}`
  }
  return undefined
}

/** An epoch that joiners have obeyed under another master must not be one of ours. */
const outranking = (draft: Draft, { epochSeen, epochOwner }: MessageOf<'join'>): number => {
  const { view, self } = draft.state
  const isShared = epochSeen === view!.epoch && epochOwner !== self.id
  return isShared ? epochSeen + 1 : epochSeen
}

export const onJoin = (draft: Draft, message: MessageOf<'join'>): void => {
  const { state, nowMs } = draft
  const { joiner } = message
  const { address } = joiner
  if (!isMaster(state) || state.claim !== undefined) {
    const cluster = summaryOf(state, nowMs)
    if (cluster === undefined || cluster.masterId === state.self.id) return
    send(draft, address, {
      kind: 'here',
      asked: state.self.address,
      sender: state.self,
      askedAtMs: nowMs,
      yields: false,
      cluster,
    })
    return
  }
  const reason = objection(draft, message)
  if (reason !== undefined) {
    send(draft, address, { kind: 'refuse', joinerId: joiner.id, reason })
    return
  }
  const known = findMember(state.view!, joiner.id)
  if (known !== undefined) {
    sendView(draft, known)
    return
  }
  if ((state.barred.get(addressKey(address)) ?? -Infinity) > nowMs) return
  const others = state.admitted.filter((other) => addressKey(other.address) !== addressKey(address))
  change(draft, {
    admitted: [...others, joiner],
    publishAtMs: Math.min(state.publishAtMs, nowMs + GATHER_MS),
    epochSeen: Math.max(state.epochSeen, outranking(draft, message)),
  })
}

/** Takes the joiners in that have been gathered. */
export const admitGathered = (draft: Draft): void => {
  const { state, nowMs } = draft
  if (!isMaster(state) || nowMs < state.publishAtMs) return
  publish(draft, withAdmitted(draft, state.view!.members), raisedEpoch(draft))
}

/** A master that has heard of a higher epoch than its own goes above it. */
export const raisedEpoch = (draft: Draft): { readonly epoch?: number } => {
  const { epochSeen, view } = draft.state
  return epochSeen > view!.epoch ? { epoch: epochSeen + 1 } : {}
}
