import { Hono } from 'hono'
import type { MemberEnv, MemberMiddleware } from '../../members/http/index.ts'
import {
  checkJobId,
  END_STATUSES,
  type EndStatus,
  type JobService,
  type Page,
} from '../cluster/index.ts'
import { answering, badRequest } from './failures.ts'
import { numberOf, pageOf, tagsOf } from './parameters.ts'

const HISTORY_LIMIT = 20
const HISTORY_LIMIT_MAX = 1000
const OUTCOMES = ['IN_PROGRESS', 'COMPLETED', 'FAILED'] as const

const oneOf = <Value extends string>(
  values: readonly Value[],
  text: string,
  name: string,
): Value => {
  const found = values.find((value) => value === text.toUpperCase())
  if (found !== undefined) return found
  throw badRequest(`${name} must be one of ${values.join(', ')}, not ${text}.`)
}

/** Upstream answers a bare array; with a page also how many there are. */
const rowsOf = <Row>(page: unknown, { total, data }: Page<Row>): object =>
  page === undefined ? data : { total, data }

const PENDING_PARAMETERS = ['jobId', 'limit', 'pretty']

/** What tells about jobs and about the cluster as far as jobs are concerned. */
export const askingRoutes = (
  jobs: () => JobService,
  onlyActiveMaster: MemberMiddleware,
): Hono<MemberEnv> => {
  const infoOf = async (jobId: string): Promise<object> =>
    (await answering(jobs().jobInfo(checkJobId(jobId)))) ?? { jobId }
  const finished = async (state: EndStatus | undefined, page: ReturnType<typeof pageOf>) =>
    rowsOf(page, await answering(jobs().finishedJobs(state, page)))
  return new Hono<MemberEnv>()
    .get('/overview', onlyActiveMaster, async (context) =>
      context.json(await answering(jobs().overview(tagsOf(context)))),
    )
    .get('/running-jobs', onlyActiveMaster, async (context) => {
      const page = pageOf(context)
      return context.json(rowsOf(page, await answering(jobs().runningJobs(page))))
    })
    .get('/running-jobs/summary', onlyActiveMaster, async (context) =>
      context.json(await answering(jobs().summary())),
    )
    .get('/job-info/:jobId', onlyActiveMaster, async (context) =>
      context.json(await infoOf(context.req.param('jobId'))),
    )
    .get('/running-job/:jobId', onlyActiveMaster, async (context) =>
      context.json(await infoOf(context.req.param('jobId'))),
    )
    .get('/job-info/:jobId/failures', onlyActiveMaster, async (context) =>
      context.json((await answering(jobs().failures(context.req.param('jobId')))) ?? []),
    )
    .get('/job-info/:jobId/events', onlyActiveMaster, async (context) =>
      context.json((await answering(jobs().events(context.req.param('jobId')))) ?? []),
    )
    .get('/finished-jobs', onlyActiveMaster, async (context) =>
      context.json(await finished(undefined, pageOf(context))),
    )
    .get('/finished-jobs/:state', onlyActiveMaster, async (context) => {
      const name = context.req.param('state').toUpperCase()
      const page = pageOf(context)
      const state = END_STATUSES.find((each) => each === name)
      // SeaTunnel has no jobs in a state that there is not.
      if (state === undefined) return context.json(rowsOf(page, { total: 0, data: [] }))
      return context.json(await finished(state, page))
    })
    .get('/pending-jobs', onlyActiveMaster, async (context) =>
      context.json(
        await answering(
          jobs().pendingJobs({
            jobId: context.req.query('jobId'),
            limit: numberOf(context, 'limit', 1),
            tags: tagsOf(context, PENDING_PARAMETERS),
          }),
        ),
      ),
    )
    .get('/jobs/checkpoints/:jobId', onlyActiveMaster, async (context) => {
      const jobId = context.req.param('jobId')
      return context.json((await answering(jobs().checkpoints(jobId))) ?? { jobId, pipelines: [] })
    })
    .get('/jobs/checkpoints/history/:jobId', onlyActiveMaster, async (context) => {
      const status = context.req.query('status')
      const entries = jobs().checkpointHistory(context.req.param('jobId'), {
        pipelineId: numberOf(context, 'pipelineId', 1),
        status: status === undefined ? undefined : oneOf(OUTCOMES, status, 'status'),
        limit: numberOf(context, 'limit', 1, HISTORY_LIMIT_MAX) ?? HISTORY_LIMIT,
      })
      return context.json((await answering(entries)) ?? [])
    })
    .get('/resource/workers', onlyActiveMaster, async (context) =>
      context.json((await answering(jobs().workers())).workers),
    )
}
