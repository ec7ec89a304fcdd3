/** How often a master looks for members that were cut off. */
export const SEARCH_LOST_MS = 5000

/** How members decide that another one is dead. */
export type FailureDetectorSettings =
  | { readonly type: 'deadline' }
  | {
      readonly type: 'phi-accrual'
      /** Suspicion is minus the decimal logarithm of the chance that the member is alive. */
      readonly threshold: number
      readonly sampleSize: number
      readonly minStdDeviationMs: number
    }

/** What the reducer needs to know; all times are in milliseconds. */
export interface MembershipSettings {
  /** Both sides of a join must have the same. */
  readonly clusterName: string
  readonly partitionCount: number
  readonly protocol: { readonly oldest: number; readonly newest: number }
  readonly heartbeatIntervalMs: number
  readonly maxNoHeartbeatMs: number
  readonly detector: FailureDetectorSettings
  /** A candidate that has not become master by then gives up and joins anew. */
  readonly claimTimeoutMs: number
  /** Heartbeats without a change before a partial disconnection is resolved; 0 never does. */
  readonly partialDisconnectionHeartbeats: number
  readonly mergeFirstRunDelayMs: number
  readonly mergeNextRunDelayMs: number
  /** How long a member that nobody answers waits before it founds a cluster. */
  readonly foundAfterMs: number
  /** How long an address may stay silent before it counts as absent. */
  readonly connectTimeoutMs: number
  /** Only through this address a member may join, if given. */
  readonly requiredMember?: string
  /** Patterns of the addresses that may join; empty for all. */
  readonly trustedInterfaces: readonly string[]
  /** Whether a side without the majority of the masters stops acknowledging. */
  readonly quorum: boolean
  /** How many masters the cluster has when it is whole, as configured; 0 when unknown. */
  readonly configuredMasters: number
}

/** What follows from the settings. */
export interface Pace {
  /** How often a member looks at its clock, and how often it talks with the master. */
  readonly tickMs: number
  /** For how long the word of a voter counts, from before it was asked for. */
  readonly leaseMs: number
  /** For how long a voter keeps its word, from when it gave it. */
  readonly promiseMs: number
}

const TICK_MAX_MS = 500
const LEASE_MAX_MS = 4000
/** Covers clocks that run at different speeds. */
const PROMISE_MARGIN = 1.1
/** A member must have stopped acknowledging before others take its place. */
const LEASE_SHARE_OF_SILENCE = 0.6

export const paceOf = (settings: MembershipSettings): Pace => {
  const leaseMs = Math.min(LEASE_MAX_MS, settings.maxNoHeartbeatMs * LEASE_SHARE_OF_SILENCE)
  return {
    tickMs: Math.min(TICK_MAX_MS, settings.heartbeatIntervalMs, leaseMs / 8),
    leaseMs,
    promiseMs: leaseMs * PROMISE_MARGIN,
  }
}
