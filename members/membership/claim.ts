import { reset } from './reset.ts'
import type { MessageOf } from './messages.ts'
import { change, type Claim, type Draft, send } from './state.ts'
import { isMaster, isSuspected, olderMasters, tellStranger } from './suspicion.ts'
import {
  canBeMaster,
  compareViews,
  findMember,
  majorityOf,
  type MemberRecord,
  mastersOf,
  type View,
} from './view.ts'
import { adoptView, whoStays, withAdmitted } from './views.ts'
import { sendView } from './heartbeats.ts'

/** Members that do not hear the question are asked again. */
const ASK_AGAIN_MS = 100
/** Members that are silent, yet not suspected, hold a claim up for so long at most. */
const ROUND_MS = 3000

const askAll = (draft: Draft, claim: Claim): void => {
  const { view, self } = draft.state
  for (const member of view!.members) {
    if (member.id === self.id || claim.confirmed.has(member.id)) continue
    if (isSuspected(draft.state, member.id, draft.nowMs)) continue
    const { epoch } = claim
    const { clusterId } = view!
    send(draft, member.address, { kind: 'claim', clusterId, epoch, candidateId: self.id })
  }
}

const begin = (draft: Draft, sinceMs: number, outbidBy: number): void => {
  const { state, nowMs } = draft
  const epoch = Math.max(state.epochSeen, outbidBy) + 1
  const claim: Claim = {
    epoch,
    sinceMs,
    roundAtMs: nowMs,
    askedAtMs: nowMs,
    confirmed: new Set(),
    objected: new Set(),
    outbidBy: 0,
  }
  change(draft, { claim, epochSeen: epoch, promisedTo: state.self.id })
  askAll(draft, claim)
}

/** Whether no majority of masters can be elsewhere, under another master: dead ones are not. */
const hasMajority = ({ state }: Draft, claim: Claim): boolean => {
  if (!state.settings.quorum) return true
  const masters = mastersOf(state.view!)
  const ours = masters.filter(
    ({ id }) =>
      id === state.self.id || claim.confirmed.has(id) || state.peers.get(id)?.isGone === true,
  )
  return ours.length >= majorityOf(masters.length)
}

/** Everybody who is not suspected has confirmed, or has been silent for a whole round. */
const isWon = (draft: Draft, claim: Claim): boolean => {
  const { view, self } = draft.state
  const { nowMs } = draft
  if (!hasMajority(draft, claim)) return false
  return view!.members.every((member) => {
    if (member.id === self.id || claim.confirmed.has(member.id)) return true
    if (isSuspected(draft.state, member.id, nowMs)) return true
    return !claim.objected.has(member.id) && nowMs - claim.roundAtMs >= ROUND_MS
  })
}

/** The new master goes before those older ones that it does not hear, and that may yet be there. */
const putFirst = (members: readonly MemberRecord[], master: MemberRecord): MemberRecord[] => {
  const at = members.findIndex(canBeMaster)
  const younger = members.slice(at).filter(({ id }) => id !== master.id)
  return [...members.slice(0, at), master, ...younger]
}

const win = (draft: Draft, claim: Claim): void => {
  const { state, nowMs } = draft
  const view = state.view!
  const next: View = {
    ...view,
    epoch: claim.epoch,
    version: view.version + 1,
    masterId: state.self.id,
    members: withAdmitted(draft, putFirst(whoStays(draft), state.self)),
  }
  adoptView(draft, next)
  change(draft, { admitted: [], publishAtMs: Infinity, tickAtMs: nowMs })
  for (const member of next.members) if (member.id !== state.self.id) sendView(draft, member)
}

const loseHope = (draft: Draft): boolean => {
  const { state, nowMs } = draft
  const masters = state.view!.members.filter(canBeMaster)
  if (masters.every(({ id }) => isSuspected(state, id, nowMs))) {
    reset(draft, 'All masters are gone')
    return true
  }
  return false
}

/**
 * Claims the mastership when all older masters are gone, and sees a running claim through. Where a
 * quorum is asked for, a claim without a majority stays open: nobody goes on without this member
 * but under a master that says so, and until then what it holds may be needed.
 */
export const continueClaim = (draft: Draft): void => {
  const { state, nowMs } = draft
  if (isMaster(state)) return
  if (!canBeMaster(state.self)) {
    loseHope(draft)
    return
  }
  if (olderMasters(state, state.self.id, nowMs).length > 0) {
    if (state.claim !== undefined) change(draft, { claim: undefined })
    return
  }
  const { claim } = state
  if (claim === undefined) begin(draft, nowMs, 0)
  else if (!state.settings.quorum && nowMs - claim.sinceMs > state.settings.claimTimeoutMs) {
    reset(draft, 'The other members do not agree to a new master')
    return
  } else if (nowMs - claim.askedAtMs >= ASK_AGAIN_MS) {
    if (claim.outbidBy >= claim.epoch) {
      begin(draft, claim.sinceMs, claim.outbidBy)
      return
    }
    change(draft, { claim: { ...claim, askedAtMs: nowMs } })
    askAll(draft, claim)
  }
  winIfConfirmed(draft)
  const { tickAtMs, claim: open } = draft.state
  if (open !== undefined) change(draft, { tickAtMs: Math.min(tickAtMs, nowMs + ASK_AGAIN_MS) })
}

const winIfConfirmed = (draft: Draft): void => {
  const { claim } = draft.state
  if (claim !== undefined && isWon(draft, claim)) win(draft, claim)
}

/** Another member wants to be master. */
export const onClaim = (
  draft: Draft,
  { clusterId, epoch, candidateId }: MessageOf<'claim'>,
  from: MemberRecord['address'],
): void => {
  const { state, nowMs } = draft
  const { view, self } = state
  if (view === undefined) return
  const candidate = findMember(view, candidateId)
  if (clusterId !== view.clusterId || candidate === undefined || !canBeMaster(candidate)) {
    tellStranger(draft, { id: candidateId, address: from })
    return
  }
  const isSame = epoch === state.epochSeen && state.promisedTo === candidateId
  const older = olderMasters(state, candidateId, nowMs)
  const isOlder = isMaster(state) || older.length > 0 || goesBefore(view, self, candidate)
  if (isOlder || (epoch <= state.epochSeen && !isSame)) {
    const { epochSeen } = state
    send(draft, from, { kind: 'object', epoch, senderId: self.id, epochSeen, view })
    for (const { address } of older) draft.effects.push({ kind: 'probe', address })
    return
  }
  change(draft, { epochSeen: epoch, promisedTo: candidateId, claim: undefined })
  send(draft, from, { kind: 'confirm', epoch, senderId: self.id, view })
}

/** Whether this member has to claim before the candidate does. */
const goesBefore = (view: View, self: MemberRecord, candidate: MemberRecord): boolean =>
  canBeMaster(self) &&
  view.members.indexOf(findMember(view, self.id)!) < view.members.indexOf(candidate)

/** A newer list than ours counts, as far as this member is in it. */
const learnView = (draft: Draft, seen: View): void => {
  const { view, self, claim } = draft.state
  const isNewer = seen.clusterId === view!.clusterId && compareViews(seen, view!) > 0
  if (!isNewer || findMember(seen, self.id) === undefined) return
  adoptView(draft, seen)
  // With a master that we hear there is nothing to claim any more.
  const stillLeads = olderMasters(draft.state, self.id, draft.nowMs).length === 0
  if (stillLeads) change(draft, { claim })
}

export const onConfirm = (draft: Draft, message: MessageOf<'confirm'>): void => {
  if (draft.state.claim?.epoch !== message.epoch) return
  learnView(draft, message.view)
  const { claim } = draft.state
  if (claim?.epoch !== message.epoch) return
  const confirmed = new Set(claim.confirmed).add(message.senderId)
  const objected = new Set(claim.objected)
  objected.delete(message.senderId)
  change(draft, { claim: { ...claim, confirmed, objected } })
  winIfConfirmed(draft)
}

export const onObject = (draft: Draft, message: MessageOf<'object'>): void => {
  if (draft.state.claim?.epoch !== message.epoch) return
  learnView(draft, message.view)
  const { claim } = draft.state
  if (claim?.epoch !== message.epoch) return
  const objected = new Set(claim.objected).add(message.senderId)
  const outbidBy = Math.max(claim.outbidBy, message.epochSeen)
  change(draft, { claim: { ...claim, objected, outbidBy } })
}
