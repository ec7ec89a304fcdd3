import { addressKey } from '../../runtime/host/index.ts'
import { startDetector } from './detectors.ts'
import { announceFollowing, sendView } from './heartbeats.ts'
import { change, type Draft, type MembershipState, type Peer, send } from './state.ts'
import { SEARCH_LOST_MS } from './settings.ts'
import { isSafe } from './quorum.ts'
import { isMaster, isSuspected, tellStranger } from './suspicion.ts'
import {
  compareViews,
  findMember,
  type MemberId,
  type MemberRecord,
  masterSlots,
  type View,
} from './view.ts'

const newPeer = (draft: Draft): Peer => ({
  heardAtMs: draft.nowMs,
  detector: startDetector(draft.state.settings, draft.nowMs),
  theirStampMs: undefined,
  epoch: 0,
  version: 0,
  followsId: undefined,
  suspects: [],
  grantedUntilMs: -Infinity,
  isGone: false,
})

/** Members that went without a goodbye may live on behind a cut: their addresses are kept. */
const noteLost = (draft: Draft, next: View): void => {
  const { state, nowMs } = draft
  const lost = new Map(state.lost)
  for (const member of state.view?.members ?? []) {
    const isElsewhere = findMember(next, member.id) === undefined
    const hasLeft = state.peers.get(member.id)?.isGone === true
    if (isElsewhere && !hasLeft) {
      lost.set(addressKey(member.address), { address: member.address, atMs: nowMs })
    }
  }
  for (const member of next.members) lost.delete(addressKey(member.address))
  change(draft, { lost })
}

/**
 * The highest epoch that this member knows of is that of its own claim, which it has given up: nobody
 * else can lead in it, so it does not stand against a master of a lower one.
 */
const hasGivenUp = ({ self, view, claim, promisedTo, epochSeen }: MembershipState): boolean =>
  claim === undefined && promisedTo === self.id && epochSeen > (view?.epoch ?? epochSeen)

/** Makes `next` the view of this member and tells those who watch. */
export const adoptView = (draft: Draft, next: View): void => {
  const { state, nowMs } = draft
  noteLost(draft, next)
  const peers = new Map<MemberId, Peer>()
  const keepsMaster = state.view?.masterId === next.masterId && state.view.epoch === next.epoch
  for (const member of next.members) {
    if (member.id === state.self.id) continue
    const peer = state.peers.get(member.id) ?? newPeer(draft)
    peers.set(member.id, keepsMaster ? peer : { ...peer, grantedUntilMs: -Infinity })
  }
  const isFirst = state.phase === 'joining'
  const promisedTo = next.epoch >= state.epochSeen ? next.masterId : state.promisedTo
  change(draft, {
    phase: 'member',
    view: next,
    joining: undefined,
    peers,
    claim: undefined,
    epochSeen: hasGivenUp(state) ? next.epoch : Math.max(state.epochSeen, next.epoch),
    promisedTo,
    safeUntilMs: keepsMaster ? state.safeUntilMs : -Infinity,
    mergedFrom: undefined,
  })
  if (isFirst) {
    const { mergeFirstRunDelayMs } = state.settings
    change(draft, {
      tickAtMs: nowMs,
      heartbeatAtMs: nowMs,
      searchAtMs: nowMs + mergeFirstRunDelayMs,
      searchLostAtMs: nowMs + SEARCH_LOST_MS,
    })
  }
  draft.effects.push({ kind: 'changed', view: next, mergedFrom: state.mergedFrom })
  announceFollowing(draft, !keepsMaster || isFirst)
}

/** The master publishes a new list: `members`, under the next version. */
export const publish = (
  draft: Draft,
  members: readonly MemberRecord[],
  changes: Partial<Pick<View, 'epoch' | 'agreedMasters'>> = {},
): void => {
  const view = draft.state.view!
  const listed: View = { ...view, ...changes, version: view.version + 1, members }
  // Where no quorum is asked for, nobody has to agree.
  const next = draft.state.settings.quorum
    ? listed
    : { ...listed, agreedMasters: masterSlots(listed) }
  const removed = view.members.filter((member) => {
    const isOver = draft.state.peers.get(member.id)?.isGone === true
    return findMember(next, member.id) === undefined && !isOver
  })
  adoptView(draft, next)
  change(draft, { admitted: [], publishAtMs: Infinity })
  for (const member of next.members) if (member.id !== next.masterId) sendView(draft, member)
  for (const member of removed) tellStranger(draft, member)
}

/**
 * Who stays in the list of a master. Silent members may live on behind a cut: where a quorum is
 * asked for, only a master that has it sends them away, as nobody else may go on without them. Those
 * whose process is over are nowhere.
 */
export const whoStays = ({ state, nowMs }: Draft): MemberRecord[] => {
  const mayRemove = isSafe(state, nowMs)
  return state.view!.members.filter(({ id }) =>
    mayRemove ? !isSuspected(state, id, nowMs) : state.peers.get(id)?.isGone !== true,
  )
}

/** A new life at the address of an old one: the old is over. */
const withoutEarlierLives = (
  members: readonly MemberRecord[],
  admitted: readonly MemberRecord[],
): MemberRecord[] => {
  const taken = new Set(admitted.map((member) => addressKey(member.address)))
  return members.filter((member) => !taken.has(addressKey(member.address)))
}

export const withAdmitted = (draft: Draft, members: readonly MemberRecord[]): MemberRecord[] => {
  const { admitted } = draft.state
  return [...withoutEarlierLives(members, admitted), ...admitted]
}

/**
 * Whether to follow a published view: from the master we have, or from a newer one when this
 * member has confirmed it, cannot hear the old one either, or the old one follows it. A master does
 * so itself when it has lost the majority: the newer one has, or had, it.
 */
const isToFollow = (draft: Draft, next: View): boolean => {
  const { state, nowMs } = draft
  const { view } = state
  if (findMember(next, state.self.id) === undefined) return false
  if (view === undefined) return next.epoch >= state.epochSeen
  if (next.clusterId !== view.clusterId || compareViews(next, view) <= 0) return false
  if (next.masterId === view.masterId) return true
  if (next.epoch < state.epochSeen && !hasGivenUp(state)) return false
  const isPromised = next.epoch === state.epochSeen && state.promisedTo === next.masterId
  if (isMaster(state)) return isPromised || !isSafe(state, nowMs)
  const standsDown = state.peers.get(view.masterId)?.followsId === next.masterId
  return isPromised || standsDown || isSuspected(state, view.masterId, nowMs)
}

export const onView = (draft: Draft, next: View, ageMs: number): void => {
  if (isToFollow(draft, next)) {
    change(draft, { foundedAtMs: draft.nowMs - ageMs })
    adoptView(draft, next)
    return
  }
  const { view } = draft.state
  if (view === undefined || next.clusterId !== view.clusterId) return
  // Two masters: find out whether the one that we follow is still there.
  const master = findMember(view, view.masterId)
  if (next.epoch > view.epoch && master !== undefined && !isMaster(draft.state)) {
    draft.effects.push({ kind: 'probe', address: master.address })
  }
}

/**
 * What the agreement moves on to, once a majority of both has it: the masters of the present list,
 * and of the absent ones those that were last there, up to as many as are configured. So when some
 * go and come back there is nothing to agree on anew, and the next one can be missed at once.
 */
export const agreedSlots = (
  view: View,
  configuredMasters: number,
): readonly string[] | undefined => {
  const slots = masterSlots(view)
  const { agreedMasters } = view
  const absent = agreedMasters.filter((slot) => !slots.includes(slot))
  const missing = Math.max(0, configuredMasters - slots.length)
  const next = [...absent.slice(Math.max(0, absent.length - missing)), ...slots]
  const same =
    next.length === agreedMasters.length && next.every((slot) => agreedMasters.includes(slot))
  return same ? undefined : next
}

/** Says goodbye to all: the master takes this member out, or the next master takes over. */
export const leave = (draft: Draft): void => {
  const { view, self } = draft.state
  for (const member of view?.members ?? []) {
    if (member.id !== self.id) send(draft, member.address, { kind: 'leave', leaverId: self.id })
  }
  change(draft, { phase: 'left', view: undefined, joining: undefined, claim: undefined })
}
