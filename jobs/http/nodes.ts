import { Hono } from 'hono'
import type { MemberEnv } from '../../members/http/index.ts'
import { HttpFailure } from '../../members/http/index.ts'
import type { JobLogs } from '../logs/index.ts'
import { openMetricsText, type Monitoring } from '../monitoring/index.ts'
import type { IsolateInfo } from '../workers/index.ts'
import { checked, tagsBody } from './parameters.ts'

/** What a member tells of itself and of the others. */
export interface NodeTools {
  readonly logs: JobLogs
  readonly monitoring: Monitoring
  /** Where the HTTP port of a member is; undefined when it is not known. */
  readonly httpUrl: (memberId: string) => Promise<string | undefined>
  readonly updateTags: (tags: { readonly [tag: string]: string }) => void
  /** The isolates that there are now. */
  readonly isolates: () => readonly IsolateInfo[]
  /** Prometheus' text format. */
  readonly metrics: () => Promise<string>
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Numbers for Prometheus. */
export const metricsRoutes = (tools: () => NodeTools): Hono<MemberEnv> =>
  new Hono<MemberEnv>()
    .get('/metrics', async (context) =>
      context.body(await tools().metrics(), 200, { 'content-type': PROMETHEUS }),
    )
    .get('/openmetrics', async (context) =>
      context.body(openMetricsText(await tools().metrics()), 200, { 'content-type': OPENMETRICS }),
    )

interface ThreadInfo {
  readonly threadName: string
  readonly threadId: number
  /** As a JVM names it. */
  readonly threadState: 'NEW' | 'RUNNABLE' | 'WAITING'
}

/** The thread of the member, which answers this, and those of its isolates. */
const threadsOf = (isolates: readonly IsolateInfo[]): ThreadInfo[] => {
  const states = { new: 'NEW', running: 'RUNNABLE', idle: 'WAITING' } as const
  return [
    { threadName: 'member', threadId: 0, threadState: 'RUNNABLE' },
    ...isolates.map(({ id, name, state }) => ({
      threadName: name,
      threadId: id,
      threadState: states[state],
    })),
  ]
}

/** The routes of one member, which every member answers for itself. */
export const nodeRoutes = (tools: () => NodeTools): Hono<MemberEnv> =>
  new Hono<MemberEnv>()
    .get('/system-monitoring-information', async (context) =>
      context.json(await tools().monitoring.facts()),
    )
    .post('/update-tags', async (context) => {
      const text = await context.req.text()
      if (text.trim() === '') throw new HttpFailure(400, 'Request body is empty.')
      let body: unknown
      try {
        body = JSON.parse(text)
      } catch {
        throw new HttpFailure(400, 'Invalid JSON format in request body.')
      }
      tools().updateTags(checked(tagsBody, body))
      return context.json({ status: 'success', message: 'update node tags done.' })
    })
    .get('/thread-dump', (context) =>
      // Nobody can look at the stack of another thread from outside.
      context.json(threadsOf(tools().isolates()).map((each) => ({ ...each, stackTrace: '' }))),
    )
    .get('/running-threads', (context) =>
      context.json(
        threadsOf(tools().isolates())
          .filter(({ threadState }) => threadState !== 'NEW')
          .map(({ threadName }) => ({ threadName, classLoader: '' })),
      ),
    )
