export { MEMBERSHIP_KIND, type Member, type MemberEvent, startMember } from './member.ts'
