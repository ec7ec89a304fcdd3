import { Hono, type Context } from 'hono'
import type { MemberEnv, MemberMiddleware } from '../../members/http/index.ts'
import {
  checkJobId,
  END_STATUSES,
  type EndStatus,
  type JobService,
  type Page,
} from '../cluster/index.ts'
import { answering, badRequest } from './failures.ts'
import { flagOf, jobIdOf, numberOf, pageOf, tagsOf } from './parameters.ts'

/** Upstream answers a bare array; with a page also how many there are. */
const rowsOf = <Row>(page: unknown, { total, data }: Page<Row>): object =>
  page === undefined ? data : { total, data }

/** SeaTunnel refuses to tell of a job without its id. */
const withoutId = ({ req }: Context): never => {
  throw badRequest(`The id of the job is missing: ask for ${req.path}/JOB_ID.`)
}

const PENDING_PARAMETERS = ['jobId', 'limit', 'pretty']
const JSON_TYPE = { 'content-type': 'application/json' }

/** What tells about jobs and about the cluster as far as jobs are concerned. */
export const askingRoutes = (
  jobs: () => JobService,
  onlyActiveMaster: MemberMiddleware,
): Hono<MemberEnv> => {
  const info = async (context: Context): Promise<Response> => {
    const jobId = jobIdOf(context)
    return context.json((await answering(jobs().jobInfo(jobId))) ?? { jobId })
  }
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
    .get('/job-info', withoutId)
    .get('/running-job', withoutId)
    .get('/job-info/:jobId', onlyActiveMaster, info)
    .get('/running-job/:jobId', onlyActiveMaster, info)
    .get('/job-info/:jobId/failures', onlyActiveMaster, async (context) =>
      context.json((await answering(jobs().failures(jobIdOf(context)))) ?? []),
    )
    .get('/job-info/:jobId/events', onlyActiveMaster, async (context) =>
      context.json((await answering(jobs().events(jobIdOf(context)))) ?? []),
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
    .get('/pending-jobs', onlyActiveMaster, async (context) => {
      const jobId = context.req.query('jobId')
      const pending = await answering(
        jobs().pendingJobs({
          jobId: jobId === undefined ? undefined : checkJobId(jobId),
          limit: numberOf(context, 'limit', 1),
          tags: tagsOf(context, PENDING_PARAMETERS),
        }),
      )
      const indent = flagOf(context, 'pretty') ? 2 : undefined
      return context.body(JSON.stringify(pending, null, indent), 200, JSON_TYPE)
    })
    .get('/resource/workers', onlyActiveMaster, async (context) =>
      context.json((await answering(jobs().workers())).workers),
    )
}
