import type { ClusterSummary } from './messages.ts'
import { isSafe } from './quorum.ts'
import type { MembershipState } from './state.ts'
import { findMember, mastersOf, stampOf } from './view.ts'

/** The cluster in short; undefined while there is none, or none with a master. */
export const summaryOf = (state: MembershipState, nowMs: number): ClusterSummary | undefined => {
  const { view, foundedAtMs } = state
  const master = view === undefined ? undefined : findMember(view, view.masterId)
  if (view === undefined || master === undefined) return undefined
  return {
    ...stampOf(view),
    masterAddress: master.address,
    masters: mastersOf(view).length,
    size: view.members.length,
    ageMs: nowMs - foundedAtMs,
    isSafe: isSafe(state, nowMs),
  }
}
