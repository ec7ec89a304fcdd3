import { admitGathered, onJoin, raisedEpoch } from './admission.ts'
import { continueClaim, onClaim, onConfirm, onObject } from './claim.ts'
import { forgiveAfterCut, forgiveOwnPause, onHeartbeat, sendHeartbeats } from './heartbeats.ts'
import {
  continueJoining,
  onAbsent,
  onDiscovered,
  onHello,
  onHereWhileJoining,
  onRefused,
  startJoining,
} from './joining.ts'
import {
  onMergeAccept,
  onMergeInto,
  onMergeOffer,
  onOtherCluster,
  onStranger,
  search,
} from './merge.ts'
import type { MembershipMessage } from './messages.ts'
import { isSafe } from './quorum.ts'
import { type MembershipSettings, paceOf } from './settings.ts'
import {
  change,
  type Draft,
  type MembershipEvent,
  type MembershipState,
  type MembershipStep,
} from './state.ts'
import { isMaster, markGone, resolveDisconnections } from './suspicion.ts'
import type { MemberRecord } from './view.ts'
import { agreedSlots, leave, onView, publish, whoStays, withAdmitted } from './views.ts'

/** Who may not acknowledge anything hurries to change that. */
const TICK_UNSAFE_MS = 100

/** The state of a member that has not begun to look for a cluster. */
export const createMembership = (
  settings: MembershipSettings,
  self: MemberRecord,
  nowMs: number,
): MembershipState => {
  const pace = paceOf(settings)
  return {
    settings,
    pace,
    self,
    phase: 'joining',
    view: undefined,
    joining: undefined,
    peers: new Map(),
    claim: undefined,
    epochSeen: 0,
    promisedTo: undefined,
    vote: { masterId: undefined, untilMs: nowMs + pace.promiseMs },
    safeUntilMs: -Infinity,
    foundedAtMs: nowMs,
    admitted: [],
    publishAtMs: Infinity,
    tickAtMs: Infinity,
    heartbeatAtMs: Infinity,
    lastStepMs: nowMs,
    wasCutOff: false,
    known: new Map(),
    lost: new Map(),
    barred: new Map(),
    disconnections: { pairs: '', sinceMs: nowMs },
    searchAtMs: Infinity,
    searchLostAtMs: nowMs,
    offered: undefined,
    mergedFrom: undefined,
  }
}

/** The master takes out who is dead or has to leave, and lets the agreement follow. */
const refreshList = (draft: Draft): void => {
  const { state, nowMs } = draft
  const view = state.view!
  const removed = new Set(isSafe(state, nowMs) ? resolveDisconnections(draft) : [])
  const staying = whoStays(draft).filter(({ id }) => !removed.has(id))
  const raised = raisedEpoch(draft)
  if (staying.length < view.members.length || raised.epoch !== undefined) {
    publish(draft, withAdmitted(draft, staying), raised)
    return
  }
  if (!state.settings.quorum) return
  const agreedMasters = agreedSlots(view, state.settings.configuredMasters)
  const masters = [...state.peers].filter(([, peer]) => peer.grantedUntilMs > nowMs)
  const haveIt = masters.every(([, peer]) => peer.version === view.version)
  if (agreedMasters === undefined || !haveIt || !isSafe(state, nowMs)) return
  publish(draft, withAdmitted(draft, view.members), { agreedMasters })
}

const onTime = (draft: Draft): void => {
  if (draft.state.joining !== undefined) continueJoining(draft)
  const { nowMs } = draft
  if (draft.state.view === undefined) return
  if (nowMs >= draft.state.tickAtMs) {
    const { tickMs } = draft.state.pace
    const delayMs = isSafe(draft.state, nowMs) ? tickMs : Math.min(tickMs, TICK_UNSAFE_MS)
    change(draft, { tickAtMs: nowMs + delayMs })
    forgiveAfterCut(draft)
    if (isMaster(draft.state)) refreshList(draft)
    else continueClaim(draft)
    if (draft.state.view !== undefined) sendHeartbeats(draft)
    search(draft)
  }
  if (draft.state.view !== undefined) admitGathered(draft)
}

const onMessage = (
  draft: Draft,
  message: MembershipMessage,
  from: MemberRecord['address'],
): void => {
  switch (message.kind) {
    case 'hello':
      onHello(draft, message)
      if (message.cluster !== undefined) onOtherCluster(draft, message.sender, message.cluster)
      return
    case 'here':
      if (draft.state.joining !== undefined) onHereWhileJoining(draft, message)
      else if (message.cluster !== undefined) {
        onOtherCluster(draft, message.sender, message.cluster)
      }
      return
    case 'join':
      onJoin(draft, message)
      return
    case 'refuse': {
      const { joinerId, reason } = message
      if (joinerId === draft.state.self.id) onRefused(draft, reason)
      return
    }
    case 'view':
      onView(draft, message.view, message.ageMs)
      return
    case 'heartbeat':
      onHeartbeat(draft, message, from)
      return
    case 'stranger':
      onStranger(draft, message)
      return
    case 'claim':
      onClaim(draft, message, from)
      return
    case 'confirm':
      onConfirm(draft, message)
      return
    case 'object':
      onObject(draft, message)
      return
    case 'leave':
      markGone(draft, message.leaverId)
      return
    case 'mergeOffer':
      onMergeOffer(draft, message)
      return
    case 'mergeAccept':
      onMergeAccept(draft, message)
      return
    case 'mergeInto':
      onMergeInto(draft, message)
      return
    default:
      message satisfies never
  }
}

type Probed = Extract<MembershipEvent, { readonly kind: 'probed' }>

const onProbed = (draft: Draft, { address, found, askedAtMs }: Probed): void => {
  const { view } = draft.state
  const isNobody = found.kind === 'refused' || found.kind === 'silent'
  if (found.kind !== 'process') onAbsent(draft, address, !isNobody)
  for (const member of view?.members ?? []) {
    if (member.address.host !== address.host || member.address.port !== address.port) continue
    if (member.id === draft.state.self.id) continue
    // An answer that was long on its way tells of an earlier process.
    if (draft.state.peers.get(member.id)!.heardAtMs > askedAtMs) continue
    const isAnother = found.kind === 'process' && found.processId !== member.processId
    // Where its kernel says that nobody listens, or somebody else does, its process is over.
    if (isAnother || found.kind === 'refused' || found.kind === 'stranger') {
      markGone(draft, member.id)
    }
  }
}

const onDisconnected = (draft: Draft, processId: string): void => {
  const { view } = draft.state
  const member = view?.members.find((one) => one.processId === processId)
  if (member === undefined) return
  // A connection may break without an end of the process: asking tells.
  draft.effects.push({ kind: 'probe', address: member.address })
}

const perform = (draft: Draft, event: MembershipEvent): void => {
  switch (event.kind) {
    case 'start':
      change(draft, { self: event.self })
      startJoining(draft)
      return
    case 'discovered':
      onDiscovered(draft, event.addresses)
      return
    case 'time':
      return
    case 'received':
      onMessage(draft, event.message, event.from)
      return
    case 'disconnected':
      onDisconnected(draft, event.processId)
      return
    case 'probed':
      onProbed(draft, event)
      return
    case 'leave':
      leave(draft)
      return
    default:
      event satisfies never
  }
}

/**
 * One step of a member: what happened, and what it makes of it. Pure: the time comes with the
 * event (monotonic, in milliseconds), new ids come with `start`. A member that has left does
 * nothing any more.
 */
export const step = (state: MembershipState, event: MembershipEvent): MembershipStep => {
  if (state.phase === 'left') return { state, effects: [] }
  const draft: Draft = { state, nowMs: event.nowMs, effects: [] }
  forgiveOwnPause(draft)
  perform(draft, event)
  onTime(draft)
  return { state: draft.state, effects: draft.effects }
}

/** When the next `time` event is due; Infinity when none is. */
export const nextWakeMs = (state: MembershipState): number => {
  if (state.phase === 'left') return Infinity
  const { joining } = state
  if (joining !== undefined) {
    return joining.retryAtMs
  }
  return state.view === undefined ? Infinity : Math.min(state.tickAtMs, state.publishAtMs)
}
