export { MEMBERSHIP_KIND, type Member, type MemberEvent } from './member.ts'
export { PROTOCOL } from './settings.ts'
export { startMember } from './start.ts'
