export { MEMBERSHIP_KIND, type Member, type MemberEvent } from './member.ts'
export { startMember } from './start.ts'
