import { addressKey } from '../../runtime/host/index.ts'
import { isSilent } from './detectors.ts'
import { change, type Draft, type MembershipState, type Peer, send } from './state.ts'
import {
  findMember,
  majorityOf,
  type MemberId,
  type MemberRecord,
  mastersOf,
  type View,
} from './view.ts'

/** Whether this member believes that another one of its view is dead. */
export const isSuspected = (state: MembershipState, id: MemberId, nowMs: number): boolean => {
  const peer = state.peers.get(id)
  return peer !== undefined && (peer.isGone || isSilent(peer.detector, state.settings, nowMs))
}

export const suspectedIds = (state: MembershipState, nowMs: number): MemberId[] =>
  [...state.peers.keys()].filter((id) => isSuspected(state, id, nowMs))

const leavesMajority = (view: View, suspects: readonly MemberId[]): boolean => {
  const masters = mastersOf(view)
  const heard = masters.filter((master) => !suspects.includes(master.id))
  return heard.length >= majorityOf(masters.length)
}

/** Whether this member hears so few that it may be the one that is cut off. */
export const isCutOff = (state: MembershipState, nowMs: number): boolean =>
  state.settings.quorum && !leavesMajority(state.view!, suspectedIds(state, nowMs))

/**
 * Whether a master says that it does not hear the majority: where a quorum is asked for it cannot
 * lead, even if all others hear it.
 */
export const hasLostMajority = (state: MembershipState, id: MemberId): boolean => {
  const peer = state.peers.get(id)
  return state.settings.quorum && peer !== undefined && !leavesMajority(state.view!, peer.suspects)
}

/** The masters of the view that come before this member, are not suspected and can lead. */
export const olderMasters = (
  state: MembershipState,
  id: MemberId,
  nowMs: number,
): readonly MemberRecord[] => {
  const masters = mastersOf(state.view!)
  const position = masters.findIndex((master) => master.id === id)
  const older = position < 0 ? masters : masters.slice(0, position)
  return older.filter(
    ({ id: olderId }) =>
      olderId !== state.self.id &&
      !isSuspected(state, olderId, nowMs) &&
      !hasLostMajority(state, olderId),
  )
}

export const isMaster = ({ view, self }: MembershipState): boolean => view?.masterId === self.id

/** Marks a member whose process is over; the master takes it out at the next look at the clock. */
export const markGone = (draft: Draft, id: MemberId): void => {
  const peer = draft.state.peers.get(id)
  if (peer === undefined || peer.isGone) return
  const gone: Peer = { ...peer, isGone: true, grantedUntilMs: -Infinity }
  change(draft, { peers: new Map(draft.state.peers).set(id, gone), tickAtMs: draft.nowMs })
  const { vote } = draft.state
  // A promise to a process that is over binds nobody.
  if (vote.masterId === id) change(draft, { vote: { ...vote, untilMs: -Infinity } })
}

/** The pairs of members of which one suspects the other, though the master hears both. */
export const openPairs = (state: MembershipState, nowMs: number): [MemberId, MemberId][] => {
  const pairs: [MemberId, MemberId][] = []
  for (const [id, peer] of state.peers) {
    if (isSuspected(state, id, nowMs)) continue
    for (const suspect of peer.suspects) {
      const isOpen = findMember(state.view!, suspect) !== undefined
      if (isOpen && !isSuspected(state, suspect, nowMs)) pairs.push([id, suspect])
    }
  }
  return pairs
}

/** Pairs above this are resolved one member after the other, which may remove more than needed. */
const EXACT_PAIRS_MAX = 16

/**
 * The fewest members without which no pair is left; never `keptId`, and of equally many those that
 * `ages` (oldest first) has last.
 */
export const fewestToRemove = (
  pairs: readonly (readonly [MemberId, MemberId])[],
  keptId: MemberId,
  ages: readonly MemberId[],
): MemberId[] => {
  if (pairs.length === 0) return []
  const without = (removed: MemberId): (readonly [MemberId, MemberId])[] =>
    pairs.filter(([left, right]) => left !== removed && right !== removed)
  if (pairs.length > EXACT_PAIRS_MAX) {
    const degree = (id: MemberId): number => pairs.length - without(id).length
    const worst = ages.toReversed().filter((id) => id !== keptId)
    const first = worst.reduce((best, id) => (degree(id) > degree(best) ? id : best))
    return [first, ...fewestToRemove(without(first), keptId, ages)]
  }
  const [left, right] = pairs[0]!
  const choices = [left, right]
    .filter((id) => id !== keptId)
    .sort((one, other) => ages.indexOf(other) - ages.indexOf(one))
  const solutions = choices.map((id) => [id, ...fewestToRemove(without(id), keptId, ages)])
  return solutions.reduce((best, one) => (one.length < best.length ? one : best))
}

/**
 * The master resolves a partial disconnection: when suspicions between members it hears have not
 * changed for a while, the fewest members leave so that the rest hear each other.
 * Returns who leaves now.
 */
export const resolveDisconnections = (draft: Draft): MemberId[] => {
  const { state, nowMs } = draft
  const { partialDisconnectionHeartbeats: beats, heartbeatIntervalMs } = state.settings
  if (beats === 0) return []
  const pairs = openPairs(state, nowMs)
  const text = pairs
    .map((pair) => pair.join('>'))
    .sort()
    .join(' ')
  if (text !== state.disconnections.pairs) {
    change(draft, { disconnections: { pairs: text, sinceMs: nowMs } })
    return []
  }
  if (pairs.length === 0) return []
  const waitMs = Math.min(beats * heartbeatIntervalMs, state.settings.maxNoHeartbeatMs)
  if (nowMs - state.disconnections.sinceMs < waitMs) return []
  const ages = state.view!.members.map((member) => member.id)
  const removed = fewestToRemove(pairs, state.self.id, ages)
  const barred = new Map(state.barred)
  for (const id of removed) {
    const member = findMember(state.view!, id)!
    barred.set(addressKey(member.address), nowMs + state.settings.maxNoHeartbeatMs)
  }
  change(draft, { barred, disconnections: { pairs: '', sinceMs: nowMs } })
  return removed
}

/** Tells a member that it is not in the list of the sender. */
export const tellStranger = (draft: Draft, member: Pick<MemberRecord, 'id' | 'address'>): void => {
  const { view, self } = draft.state
  const { clusterId, epoch, version, masterId } = view!
  send(draft, member.address, {
    kind: 'stranger',
    senderId: self.id,
    you: member.id,
    stamp: { clusterId, epoch, version, masterId },
  })
}
