import { forgive, heard } from './detectors.ts'
import type { MessageOf } from './messages.ts'
import { grantVote, isSafe, leaseLeft } from './quorum.ts'
import { change, changePeer, type Draft, type Peer, send } from './state.ts'
import { isCutOff, isMaster, isSuspected, suspectedIds, tellStranger } from './suspicion.ts'
import {
  canBeMaster,
  compareViews,
  findMember,
  type MemberId,
  type MemberRecord,
  stampOf,
} from './view.ts'

const sendHeartbeat = (draft: Draft, to: MemberRecord): void => {
  const { nowMs } = draft
  const grants = to.id === draft.state.view!.masterId && grantVote(draft)
  const { view, self, epochSeen, claim, peers } = draft.state
  const echoMs = peers.get(to.id)?.theirStampMs
  send(draft, to.address, {
    kind: 'heartbeat',
    senderId: self.id,
    stamp: stampOf(view!),
    sentAtMs: nowMs,
    ...(echoMs === undefined ? {} : { echoMs }),
    // A claim that is still open must not outbid a master that lives.
    epochSeen: claim === undefined ? epochSeen : view!.epoch,
    suspects: suspectedIds(draft.state, nowMs),
    grants,
    leaseLeftMs: leaseLeft(draft.state, nowMs),
  })
}

/**
 * Talks with the master at every tick where a quorum is asked for, with everybody else at every
 * heartbeat interval.
 */
export const sendHeartbeats = (draft: Draft): void => {
  const { nowMs } = draft
  if (isMaster(draft.state)) grantVote(draft)
  const { view, self, settings, heartbeatAtMs } = draft.state
  const isDue = nowMs >= heartbeatAtMs
  const leads = isMaster(draft.state)
  for (const member of view!.members) {
    if (member.id === self.id) continue
    const isPair = leads || member.id === view!.masterId
    if (isDue || (settings.quorum && isPair)) sendHeartbeat(draft, member)
  }
  if (isDue) change(draft, { heartbeatAtMs: nowMs + settings.heartbeatIntervalMs })
}

/**
 * Tells masters at once whom this member follows, as the first votes may depend on it: all of
 * them under a new master, else those that have come.
 */
export const announceFollowing = (draft: Draft, isUnderNewMaster: boolean): void => {
  const { view, self, settings, peers } = draft.state
  if (!settings.quorum || !canBeMaster(self)) return
  for (const member of view!.members) {
    const isNew = isUnderNewMaster || peers.get(member.id)?.theirStampMs === undefined
    if (isNew && member.id !== self.id && canBeMaster(member)) sendHeartbeat(draft, member)
  }
}

/** A sign of life from a member that is not in the view, or of another view than ours. */
const fromOutside = (
  draft: Draft,
  message: MessageOf<'heartbeat'>,
  from: MemberRecord['address'],
): void => {
  const view = draft.state.view!
  const isAhead =
    message.stamp.clusterId === view.clusterId && compareViews(message.stamp, view) > 0
  // Its master has taken it in and will tell us.
  if (!isAhead) tellStranger(draft, { id: message.senderId, address: from })
}

/** What this member told before may have come before the list that names it. */
const answerFirst = (draft: Draft, id: MemberId): void => {
  const { view, self, settings } = draft.state
  const member = findMember(view!, id)!
  if (settings.quorum && canBeMaster(self) && canBeMaster(member)) sendHeartbeat(draft, member)
}

const grantedUntil = (draft: Draft, message: MessageOf<'heartbeat'>, peer: Peer): number => {
  const { view, pace } = draft.state
  const { stamp, grants, echoMs } = message
  const isForUs = isMaster(draft.state) && stamp.masterId === view!.masterId
  if (!isForUs || stamp.epoch !== view!.epoch || !grants || echoMs === undefined) {
    return isForUs && stamp.epoch === view!.epoch ? peer.grantedUntilMs : -Infinity
  }
  return Math.max(peer.grantedUntilMs, echoMs + pace.leaseMs)
}

export const onHeartbeat = (
  draft: Draft,
  message: MessageOf<'heartbeat'>,
  from: MemberRecord['address'],
): void => {
  const { state, nowMs } = draft
  if (state.view === undefined) return
  const peer = state.peers.get(message.senderId)
  if (peer === undefined) {
    fromOutside(draft, message, from)
    return
  }
  const { stamp, echoMs, leaseLeftMs } = message
  changePeer(draft, message.senderId, {
    heardAtMs: nowMs,
    detector: heard(peer.detector, state.settings, nowMs),
    theirStampMs: Math.max(peer.theirStampMs ?? -Infinity, message.sentAtMs),
    epoch: stamp.epoch,
    version: stamp.version,
    followsId: stamp.masterId,
    suspects: message.suspects,
    grantedUntilMs: grantedUntil(draft, message, peer),
    isGone: false,
  })
  // Who leads with a majority goes above the epoch of a master that does not know of it yet, and
  // above what a member that lags has promised to a claim that came to nothing.
  const isOfOurs = stamp.clusterId === state.view.clusterId
  const isBehind = stamp.epoch < state.view.epoch
  const isOutdone = isOfOurs && (isBehind || state.settings.quorum) && isSafe(state, nowMs)
  if (isMaster(state) && (stamp.masterId === state.self.id || isOutdone)) {
    change(draft, { epochSeen: Math.max(state.epochSeen, message.epochSeen) })
  }
  const isOurMaster = message.senderId === state.view.masterId && stamp.epoch === state.view.epoch
  if (isOurMaster && echoMs !== undefined) {
    change(draft, { safeUntilMs: Math.max(draft.state.safeUntilMs, echoMs + leaseLeftMs) })
  }
  if (peer.theirStampMs === undefined) answerFirst(draft, message.senderId)
  const lags = stamp.clusterId === state.view.clusterId && compareViews(stamp, state.view) < 0
  if (lags && isMaster(state)) sendView(draft, findMember(state.view, message.senderId)!)
}

export const sendView = (draft: Draft, to: MemberRecord): void => {
  const { view, foundedAtMs } = draft.state
  send(draft, to.address, { kind: 'view', view: view!, ageMs: draft.nowMs - foundedAtMs })
}

/**
 * When this member itself stood still (stopped, or its machine slept), what it did not hear says
 * nothing: all silences start anew.
 */
export const forgiveOwnPause = (draft: Draft): void => {
  const { state, nowMs } = draft
  const stoodStillMs = nowMs - state.lastStepMs
  change(draft, { lastStepMs: nowMs })
  if (stoodStillMs < state.pace.tickMs * 2 + Math.min(1000, state.settings.maxNoHeartbeatMs / 4))
    return
  forgiveSilence(draft, (id) => !isSuspected(state, id, state.lastStepMs))
}

/**
 * Who hears a majority again was cut off itself, perhaps with all others from each other: those that
 * come back a little later are not to be sent away for it.
 */
export const forgiveAfterCut = (draft: Draft): void => {
  const wasCutOff = isCutOff(draft.state, draft.nowMs)
  if (draft.state.wasCutOff && !wasCutOff) forgiveSilence(draft, () => true)
  change(draft, { wasCutOff })
}

const forgiveSilence = (draft: Draft, isMeant: (id: MemberId) => boolean): void => {
  const peers = new Map(draft.state.peers)
  for (const [id, peer] of peers) {
    if (isMeant(id)) peers.set(id, { ...peer, detector: forgive(peer.detector, draft.nowMs) })
  }
  change(draft, { peers })
}
