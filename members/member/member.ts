import type { EngineError } from '../../runtime/errors/index.ts'
import type { Address, Host } from '../../runtime/host/index.ts'
import {
  type ClusterSummary,
  findMember,
  isMaster,
  isSafe,
  type MembershipState,
  type MemberRecord,
  safeUntil,
  type View,
} from '../membership/index.ts'
import type { Messenger } from '../wire/index.ts'
import type { Brain } from './brain.ts'

/** What happened to the cluster, as this member saw it. */
export type MemberEvent =
  /** The list or the master has changed; `mergedFrom` is the cluster given up for this one. */
  | { readonly kind: 'changed'; readonly view: View; readonly mergedFrom: string | undefined }
  /** This cluster gives way to another one: data to be merged must be put aside in this call. */
  | { readonly kind: 'merging'; readonly into: ClusterSummary }
  /** This member is out and joins anew, under a new id. */
  | { readonly kind: 'reset'; readonly reason: string }
  /** A connection came to nothing: a stranger, a wrong secret, noise. */
  | { readonly kind: 'refused'; readonly address: Address; readonly reason: EngineError }

/** A member of a cluster. */
export interface Member {
  /** This member as others know it; its id changes when it has to join anew. */
  readonly self: MemberRecord
  /** Speaks with other members; features register their own message kinds (not MEMBERSHIP_KIND). */
  readonly messenger: Messenger
  /** The list as the master published it, oldest first; empty while this member joins anew. */
  members(): readonly MemberRecord[]
  /** Undefined while this member joins anew. */
  activeMaster(): MemberRecord | undefined
  isActiveMaster(): boolean
  /** The fencing number: rises with every change of the master; 0 before the first view. */
  epoch(): number
  view(): View | undefined
  /**
   * Whether this member may acknowledge: with split-brain protection only while a majority of the
   * masters is surely with its master. Looks at the clock: right also after this process stood still.
   */
  isSafe(): boolean
  /**
   * Until when `isSafe` surely holds, on the monotonic clock; cheap enough to be asked for every
   * operation. It is counted anew with every step of the membership.
   */
  safeUntilMs(): number
  /** Returns how to stop it. */
  onEvent(listener: (event: MemberEvent) => void): () => void
  /** Calls back after every change of the list or the master; returns how to stop it. */
  onChange(listener: (view: View) => void): () => void
  /** Says goodbye and closes: others do not have to find out. */
  leave(): Promise<void>
  /** Closes all without a word. */
  close(): Promise<void>
}

/** The kind of the messages about membership on the wire. */
export const MEMBERSHIP_KIND = 1

export interface MemberParts {
  readonly host: Host
  readonly messenger: Messenger
  readonly brain: Brain
  readonly listeners: Set<(event: MemberEvent) => void>
  readonly close: () => Promise<void>
}

export const createMember = (parts: MemberParts): Member => {
  const { host, messenger, brain, listeners, close } = parts
  const onEvent: Member['onEvent'] = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const view = (): View | undefined => brain.state().view
  let counted: MembershipState | undefined
  let safeUntilMs = -Infinity
  return {
    get self() {
      return brain.state().self
    },
    messenger,
    members: () => view()?.members ?? [],
    activeMaster: () => {
      const present = view()
      return present === undefined ? undefined : findMember(present, present.masterId)
    },
    isActiveMaster: () => isMaster(brain.state()),
    epoch: () => view()?.epoch ?? 0,
    view,
    isSafe: () => isSafe(brain.state(), host.clock.monotonic()),
    safeUntilMs: () => {
      const state = brain.state()
      if (state !== counted) {
        counted = state
        safeUntilMs = safeUntil(state, host.clock.monotonic())
      }
      return safeUntilMs
    },
    onEvent,
    onChange: (listener) =>
      onEvent((event) => {
        if (event.kind === 'changed') listener(event.view)
      }),
    leave: async () => {
      brain.dispatch({ kind: 'leave' })
      await close()
    },
    close,
  }
}
