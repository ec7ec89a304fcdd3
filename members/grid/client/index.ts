export { type ClientDesk, clusterMembers, type DeskOptions, openClientDesk } from './desk.ts'
export type { ClusterMember } from './news.ts'
