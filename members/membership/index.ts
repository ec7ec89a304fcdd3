export {
  decodeMessage,
  encodeMessage,
  type ClusterSummary,
  type MembershipMessage,
} from './messages.ts'
export { isSafe, safeUntil } from './quorum.ts'
export type { FailureDetectorSettings, MembershipSettings } from './settings.ts'
export type { MembershipEffect, MembershipEvent, MembershipState, MembershipStep } from './state.ts'
export { createMembership, nextWakeMs, step } from './step.ts'
export { isMaster } from './suspicion.ts'
export {
  canBeMaster,
  findByAddress,
  findMember,
  isAgreedOn,
  type MemberId,
  type MemberRecord,
  type MemberRole,
  type View,
} from './view.ts'
