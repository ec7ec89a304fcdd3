import { Hono } from 'hono'
import type { MemberEnv, MemberMiddleware } from '../../members/http/index.ts'
import type { JobService } from '../cluster/index.ts'
import { answering, badRequest } from './failures.ts'
import { jobIdOf, numberOf } from './parameters.ts'

const HISTORY_LIMIT = 20
const HISTORY_LIMIT_MAX = 1000
const OUTCOMES = ['IN_PROGRESS', 'COMPLETED', 'FAILED'] as const

const outcomeOf = (text: string): (typeof OUTCOMES)[number] => {
  const found = OUTCOMES.find((outcome) => outcome === text.toUpperCase())
  if (found !== undefined) return found
  throw badRequest(`status must be one of ${OUTCOMES.join(', ')}, not ${text}.`)
}

/** What tells about the checkpoints of jobs. */
export const checkpointRoutes = (
  jobs: () => JobService,
  onlyActiveMaster: MemberMiddleware,
): Hono<MemberEnv> =>
  new Hono<MemberEnv>()
    .get('/jobs/checkpoints/:jobId', onlyActiveMaster, async (context) => {
      const jobId = jobIdOf(context)
      return context.json((await answering(jobs().checkpoints(jobId))) ?? { jobId, pipelines: [] })
    })
    .get('/jobs/checkpoints/history/:jobId', onlyActiveMaster, async (context) => {
      const status = context.req.query('status')
      const entries = jobs().checkpointHistory(jobIdOf(context), {
        pipelineId: numberOf(context, 'pipelineId', 1),
        status: status === undefined ? undefined : outcomeOf(status),
        limit: numberOf(context, 'limit', 1, HISTORY_LIMIT_MAX) ?? HISTORY_LIMIT,
      })
      return context.json((await answering(entries)) ?? [])
    })
