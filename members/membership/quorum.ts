import { addressKey } from '../../runtime/host/index.ts'
import { change, type Draft, type MembershipState } from './state.ts'
import { hasLostMajority, isMaster, isSuspected } from './suspicion.ts'
import { majorityOf, masterSlots, mastersOf } from './view.ts'

/** Until when each master's vote is with this member, by address; its own for as long as it asks. */
const votes = (state: MembershipState, nowMs: number): Map<string, number> => {
  const untilMs = new Map<string, number>()
  for (const master of mastersOf(state.view!)) {
    const until =
      master.id === state.self.id
        ? mayVoteFor(state, state.self.id, nowMs)
          ? Infinity
          : -Infinity
        : (state.peers.get(master.id)?.grantedUntilMs ?? -Infinity)
    untilMs.set(addressKey(master.address), until)
  }
  return untilMs
}

/** Until when `needed` of the slots have voted. */
const untilOf = (
  slots: readonly string[],
  needed: number,
  untilMs: ReadonlyMap<string, number>,
): number => {
  const sorted = slots
    .map((slot) => untilMs.get(slot) ?? -Infinity)
    .sort((left, right) => right - left)
  return sorted[needed - 1] ?? -Infinity
}

/**
 * Until when the master surely has its majority: of the masters last agreed on, of those in its
 * list, and of those that are configured. When all that are configured are here, no others can be
 * anywhere else: then the list is the agreement.
 */
const masterSafeUntil = (state: MembershipState, nowMs: number): number => {
  const view = state.view!
  const { configuredMasters } = state.settings
  const untilMs = votes(state, nowMs)
  const slots = masterSlots(view)
  const present = untilOf(
    slots,
    Math.max(majorityOf(slots.length), majorityOf(configuredMasters)),
    untilMs,
  )
  const agreed = untilOf(view.agreedMasters, majorityOf(view.agreedMasters.length), untilMs)
  const all =
    configuredMasters > 0 && slots.length >= configuredMasters
      ? untilOf(slots, slots.length, untilMs)
      : -Infinity
  return Math.min(present, Math.max(agreed, all))
}

/**
 * Until when this member may acknowledge, on its clock; Infinity where no quorum is asked for.
 * Two sides of a cut are never both safe, whatever the network does, as long as no clock is 10 %
 * faster than another.
 */
export const safeUntil = (state: MembershipState, nowMs: number): number => {
  if (state.view === undefined || state.phase !== 'member') return -Infinity
  if (!state.settings.quorum) return Infinity
  if (state.claim !== undefined) return -Infinity
  return isMaster(state) ? masterSafeUntil(state, nowMs) : state.safeUntilMs
}

export const isSafe = (state: MembershipState, nowMs: number): boolean =>
  safeUntil(state, nowMs) > nowMs

/** What the master's word is worth, in milliseconds from now. */
export const leaseLeft = (state: MembershipState, nowMs: number): number =>
  isMaster(state) ? Math.min(state.pace.leaseMs, Math.max(0, safeUntil(state, nowMs) - nowMs)) : 0

/** Every master that is configured is here and follows the same master. */
const allFollow = (state: MembershipState): boolean => {
  const view = state.view!
  const masters = mastersOf(view)
  const { configuredMasters } = state.settings
  if (configuredMasters === 0 || masters.length < configuredMasters) return false
  return masters.every((master) => {
    const peer = state.peers.get(master.id)
    const follows = peer?.followsId === view.masterId && peer.epoch === view.epoch
    return master.id === state.self.id || follows
  })
}

/**
 * Whether the vote of this member may go to `masterId`. It stays with the master that it was given
 * to until the promise has run out; the death of that master ends it. A process that has just started
 * cannot know what its earlier life has promised: it waits, unless nobody can be elsewhere.
 */
const mayVoteFor = (state: MembershipState, masterId: string, nowMs: number): boolean => {
  const { vote } = state
  if (vote.masterId === masterId || nowMs >= vote.untilMs) return true
  return vote.masterId === undefined && allFollow(state)
}

/**
 * Gives the vote of this member to the master of its view, if it may; tells whether it did. The
 * vote answers what the master said last, so the promise counts from then.
 */
export const grantVote = (draft: Draft): boolean => {
  const { state, nowMs } = draft
  const { view, settings, pace } = state
  if (!settings.quorum || view === undefined || state.epochSeen > view.epoch) return false
  if (isSuspected(state, view.masterId, nowMs) || hasLostMajority(state, view.masterId))
    return false
  if (!mayVoteFor(state, view.masterId, nowMs)) return false
  const heardAtMs = isMaster(state)
    ? nowMs
    : (state.peers.get(view.masterId)?.heardAtMs ?? -Infinity)
  const untilMs = heardAtMs + pace.promiseMs
  if (untilMs <= nowMs) return false
  change(draft, { vote: { masterId: view.masterId, untilMs } })
  return true
}
