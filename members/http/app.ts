import { Hono } from 'hono'
import type { Host } from '../../runtime/host/index.ts'
import { requireCredentials } from './access.ts'
import { refuseForeignPages } from './browsers.ts'
import { clusterRoutes, hazelcastCluster } from './cluster.ts'
import { dataRoutes } from './data/index.ts'
import { memberEndpoints, type Endpoint } from './endpoints.ts'
import type { MemberEnv, MemberMiddleware } from './environment.ts'
import { failureHandler, notFound } from './failure.ts'
import { onlyActiveMaster } from './forwarding.ts'
import { hazelcastHealth, probes } from './health.ts'
import { limitBody, limitRequests, limitTime } from './limits.ts'
import type { HttpMember } from './member.ts'
import { hasCredentials, isLoopback, type HttpSettings } from './settings.ts'

export interface RouteTools {
  /** Put before a handler that only the active master can answer. */
  readonly onlyActiveMaster: MemberMiddleware
  /** What is served beside the routes of other areas. */
  readonly endpoints: readonly Endpoint[]
}

/** Adds routes of another area, such as those of jobs, behind the credentials and the limits. */
export type MountRoutes = (app: Hono<MemberEnv>, tools: RouteTools) => void

export interface MemberAppOptions {
  readonly settings: HttpSettings
  readonly member: HttpMember
  readonly mounts?: readonly MountRoutes[]
  /** Told of errors that are ours, for the log. */
  readonly onBug: (error: unknown) => void
}

/** What is left of the time of a request that waits for an element, to answer it. */
const ANSWER_MS = 500

/** Whoever runs something on this machine may do everything: a browser with a foreign page too. */
const obeysAnybodyHere = ({ listeners, credentials }: HttpSettings): boolean =>
  !hasCredentials(credentials) && listeners.every(({ address }) => isLoopback(address.host))

/** The HTTP application of a member: the same on every member of a cluster. */
export const createMemberApp = (host: Host, options: MemberAppOptions): Hono<MemberEnv> => {
  const { settings, member, mounts = [], onBug } = options
  const { listeners, contextPath, endpointGroups } = settings
  // A slash at the end of a path says nothing.
  const app = new Hono<MemberEnv>({ strict: false })
  app.onError(failureHandler(onBug))
  app.notFound(notFound(app))
  const root = contextPath === '' ? app : app.basePath(contextPath)
  root.route('/health', probes(host.clock, member))
  if (endpointGroups.healthCheck) root.route('/hazelcast/health', hazelcastHealth(member))
  root.use(
    refuseForeignPages(obeysAnybodyHere(settings)),
    limitRequests(settings.requestsMax),
    requireCredentials(settings.credentials, host.random),
    limitBody(settings.bodyBytesMax),
    limitTime(host.clock, settings.requestTimeoutMs),
  )
  const tools: RouteTools = {
    endpoints: memberEndpoints(endpointGroups),
    onlyActiveMaster: onlyActiveMaster({
      host,
      member,
      contextPath,
      tls: listeners[0]?.tls,
    }),
  }
  root.route('/', clusterRoutes(member, tools.onlyActiveMaster))
  if (endpointGroups.clusterRead) root.route('/hazelcast/rest', hazelcastCluster(member))
  for (const mount of mounts) mount(root, tools)
  // After the paths of jobs, of which some look like those of a map.
  if (endpointGroups.data) {
    const waitMsMax = Math.max(0, settings.requestTimeoutMs - ANSWER_MS)
    root.route('/hazelcast/rest', dataRoutes({ data: () => member.data(), waitMsMax }))
  }
  return app
}
