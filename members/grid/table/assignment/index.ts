export { assign } from './assign.ts'
export { type DataMember, groupMembers } from './groups.ts'
export type { MemberGrouping } from '../../settings.ts'
