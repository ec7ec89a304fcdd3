export { formatAddress } from './addresses.ts'
export type { MountRoutes, RouteTools } from './app.ts'
export type { ClusterJson, MemberJson } from './cluster.ts'
export { arrayOf, objectOf, type Content, type Endpoint } from './endpoints.ts'
export type { MemberEnv, MemberMiddleware } from './environment.ts'
export { HttpFailure, unavailable } from './failure.ts'
export { createHttpLocations, type HttpLocations, locateHttp } from './locations.ts'
export { type HttpData, isRestValue, type RestValue } from './data/index.ts'
export type { HttpMember, HttpMemberInfo, MemberRole, MemberState } from './member.ts'
export { startMemberHttp, type MemberHttp } from './server.ts'
export {
  DEFAULT_HTTP_SETTINGS,
  type HttpCredentials,
  type HttpListenerSettings,
  type HttpSettings,
} from './settings.ts'
