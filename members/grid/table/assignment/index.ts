export { assign } from './assign.ts'
export { type DataMember, groupMembers, type MemberGrouping } from './groups.ts'
