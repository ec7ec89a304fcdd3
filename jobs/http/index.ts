import { Hono } from 'hono'
import { unavailable, type MemberEnv, type MountRoutes } from '../../members/http/index.ts'
import type { JobService } from '../cluster/index.ts'
import { askingRoutes } from './asking.ts'
import { checkpointRoutes } from './checkpoints.ts'
import { logRoutes } from './logs.ts'
import { metricsRoutes, nodeRoutes, type NodeTools } from './nodes.ts'
import { FIRST_VERSION, FIRST_VERSION_METRICS, openApi } from './openApi.ts'
import { pageRoutes } from './page.ts'
import { pluginRoutes } from './plugins.ts'
import { stoppingRoutes } from './stopping.ts'
import { submittingRoutes, type TakeCode } from './submitting.ts'

export type { NodeTools } from './nodes.ts'
export type { TakeCode } from './submitting.ts'

/** What a member serves jobs with, once it has joined. */
export interface JobTools extends NodeTools {
  readonly service: JobService
  readonly takeCode: TakeCode
}

const DOCUMENT = '/openapi.json'

/**
 * SeaTunnel's REST interface, second version at the root and first under `/hazelcast/rest/maps`.
 * `tools` answers undefined until the member has joined.
 */
export const jobRoutes =
  (tools: () => JobTools | undefined, version: string): MountRoutes =>
  (app, { onlyActiveMaster, endpoints }) => {
    const present = (): JobTools => {
      const joined = tools()
      if (joined !== undefined) return joined
      throw unavailable('This member has not joined its cluster yet.')
    }
    const jobs = (): JobService => present().service
    const takeCode: TakeCode = (...code) => present().takeCode(...code)
    const routes = new Hono<MemberEnv>()
      .route('/', submittingRoutes({ jobs, takeCode, onlyActiveMaster }))
      .route('/', stoppingRoutes(jobs, onlyActiveMaster))
      .route('/', askingRoutes(jobs, onlyActiveMaster))
      .route('/', checkpointRoutes(jobs, onlyActiveMaster))
      .route('/', nodeRoutes(present))
      .route('/', logRoutes(present))
      .route('/', pluginRoutes())
    app.route('/', routes)
    app.route(FIRST_VERSION, routes)
    for (const base of ['/', FIRST_VERSION_METRICS]) app.route(base, metricsRoutes(present))
    app.route('/', pageRoutes())
    app.get(DOCUMENT, (context) => {
      const { pathname } = new URL(context.req.url)
      const base = pathname.slice(0, pathname.lastIndexOf(DOCUMENT))
      return context.json(openApi({ version, base, others: endpoints }))
    })
  }
