import type { Address } from '../../runtime/host/index.ts'
import type { Detector } from './detectors.ts'
import type { ClusterSummary, MembershipMessage } from './messages.ts'
import type { MembershipSettings, Pace } from './settings.ts'
import type { MemberId, MemberRecord, View } from './view.ts'

/** What a member knows of another one in its view. */
export interface Peer {
  readonly heardAtMs: number
  readonly detector: Detector
  /** The newest `sentAtMs` of the peer, on its clock; sent back to it. */
  readonly theirStampMs: number | undefined
  /** The view that the peer follows. */
  readonly epoch: number
  readonly version: number
  readonly followsId: MemberId | undefined
  /** Whom the peer suspects. */
  readonly suspects: readonly MemberId[]
  /** Until when the peer's vote is with this member, its master. */
  readonly grantedUntilMs: number
  /** Its process is known to have ended, or it said goodbye. */
  readonly isGone: boolean
}

/** An address where a member may be, while we look for a cluster. */
export interface Contact {
  readonly address: Address
  /** `absent`: nobody is there; `refused`: somebody who does not belong to us. */
  readonly outcome: 'unknown' | 'joiner' | 'absent' | 'refused'
  readonly canBeMaster: boolean
  /** When the question was asked to which it answered that it lets us found; -Infinity: never. */
  readonly yieldedAtMs: number
  /** When it last told of its cluster, or was first asked. */
  readonly silentSinceMs: number
}

export interface Joining {
  readonly sinceMs: number
  readonly retryAtMs: number
  readonly attempts: number
  readonly contacts: ReadonlyMap<string, Contact>
  /** The master that we have asked to let us in. */
  readonly target: { readonly address: Address; readonly sinceMs: number } | undefined
  /** Until then another joiner may found the cluster. */
  readonly yieldsUntilMs: number
}

export interface Claim {
  readonly epoch: number
  readonly sinceMs: number
  /** When the members were first asked for this epoch. */
  readonly roundAtMs: number
  readonly askedAtMs: number
  readonly confirmed: ReadonlySet<MemberId>
  readonly objected: ReadonlySet<MemberId>
  /** The highest epoch that an objector has seen. */
  readonly outbidBy: number
}

/** Where another part of the cluster, or another cluster, may be. */
export interface Lost {
  readonly address: Address
  readonly atMs: number
}

export type Phase = 'joining' | 'member' | 'left'

/** All that a member knows about its cluster. Times are on its own monotonic clock. */
export interface MembershipState {
  readonly settings: MembershipSettings
  readonly pace: Pace
  readonly self: MemberRecord
  readonly phase: Phase
  /** Undefined while joining. */
  readonly view: View | undefined
  readonly joining: Joining | undefined
  /** The other members of the view. */
  readonly peers: ReadonlyMap<MemberId, Peer>
  readonly claim: Claim | undefined
  /** The highest epoch heard of: a vote or a claim for it or less is refused. */
  readonly epochSeen: number
  /** Whose claim for `epochSeen` this member has confirmed. */
  readonly promisedTo: MemberId | undefined
  /** The vote of this member: it goes to nobody else before `untilMs`. */
  readonly vote: { readonly masterId: MemberId | undefined; readonly untilMs: number }
  /** Until when the master's word, passed on, lets this member acknowledge. */
  readonly safeUntilMs: number
  /** When the cluster was founded, on this clock. */
  readonly foundedAtMs: number
  /** Joiners that the next view takes in. */
  readonly admitted: readonly MemberRecord[]
  readonly publishAtMs: number
  readonly tickAtMs: number
  readonly heartbeatAtMs: number
  readonly lastStepMs: number
  /** Whether it heard no majority when it last looked, where a quorum is asked for. */
  readonly wasCutOff: boolean
  /** Addresses that discovery knows. */
  readonly known: ReadonlyMap<string, Address>
  /** Members that were removed without a goodbye. */
  readonly lost: ReadonlyMap<string, Lost>
  /** Addresses that may not join before that time: they cannot talk with some members. */
  readonly barred: ReadonlyMap<string, number>
  /** Open suspicions between others, as text, and since when they are as they are. */
  readonly disconnections: { readonly pairs: string; readonly sinceMs: number }
  readonly searchAtMs: number
  readonly searchLostAtMs: number
  /** The cluster that this one asked to be merged into. */
  readonly offered: { readonly clusterId: string; readonly untilMs: number } | undefined
  /** The cluster that this member has given up for another one; told with the next view. */
  readonly mergedFrom: string | undefined
}

export type MembershipEvent =
  /** Begins to look for a cluster as `self`: at the start and after every `reset`. */
  | { readonly kind: 'start'; readonly nowMs: number; readonly self: MemberRecord }
  /** Where members may be; adds to what is known. */
  | { readonly kind: 'discovered'; readonly nowMs: number; readonly addresses: readonly Address[] }
  | { readonly kind: 'time'; readonly nowMs: number }
  | {
      readonly kind: 'received'
      readonly nowMs: number
      readonly from: Address
      readonly message: MembershipMessage
    }
  /** The last connection to a process broke or was closed. */
  | { readonly kind: 'disconnected'; readonly nowMs: number; readonly processId: string }
  /** Who listens at an address: a process, nobody (`refused`), no answer, or no mate of ours. */
  | {
      readonly kind: 'probed'
      readonly nowMs: number
      readonly address: Address
      /** When the question was asked. */
      readonly askedAtMs: number
      readonly found:
        | { readonly kind: 'process'; readonly processId: string }
        | { readonly kind: 'refused' | 'silent' | 'stranger' }
    }
  /** Leaves for good. */
  | { readonly kind: 'leave'; readonly nowMs: number }

export type MembershipEffect =
  | { readonly kind: 'send'; readonly to: Address; readonly message: MembershipMessage }
  /** Find out who listens at the address; answered by `probed`. */
  | { readonly kind: 'probe'; readonly address: Address }
  /** The list or the master has changed. */
  | { readonly kind: 'changed'; readonly view: View; readonly mergedFrom: string | undefined }
  /** The cluster of this member gives way to another: data to be merged must be put aside now. */
  | { readonly kind: 'merging'; readonly into: ClusterSummary }
  /** This member is out; answered by `start` with a new id. */
  | { readonly kind: 'reset'; readonly reason: string }
  /** A master does not take this member: it can never join as it is. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface MembershipStep {
  readonly state: MembershipState
  readonly effects: readonly MembershipEffect[]
}

/** A step in the making: a copy of the state that the parts of the reducer change. */
export interface Draft {
  state: MembershipState
  readonly nowMs: number
  readonly effects: MembershipEffect[]
}

export const change = (draft: Draft, changes: Partial<MembershipState>): void => {
  draft.state = { ...draft.state, ...changes }
}

export const send = (draft: Draft, to: Address, message: MembershipMessage): void => {
  draft.effects.push({ kind: 'send', to, message })
}

export const changePeer = (draft: Draft, id: MemberId, changes: Partial<Peer>): void => {
  const peer = draft.state.peers.get(id)
  if (peer === undefined) return
  change(draft, { peers: new Map(draft.state.peers).set(id, { ...peer, ...changes }) })
}
