import { Hono } from 'hono'
import type { z } from 'zod'
import type { MemberEnv, MemberMiddleware } from '../../members/http/index.ts'
import type { JobService } from '../cluster/index.ts'
import { answering } from './failures.ts'
import { checked, jobIdBody, jsonBody, stopBodies, stopBody } from './parameters.ts'

/** What stops jobs, and what saves them. */
export const stoppingRoutes = (
  jobs: () => JobService,
  onlyActiveMaster: MemberMiddleware,
): Hono<MemberEnv> => {
  const stop = async (body: z.infer<typeof stopBody>): Promise<{ readonly jobId: string }> => {
    const { jobId, isStopWithSavePoint = false, force = false } = body
    await answering(jobs().stop(jobId, { savepoint: isStopWithSavePoint, force }))
    return { jobId }
  }
  return new Hono<MemberEnv>()
    .post('/stop-job', onlyActiveMaster, async (context) =>
      context.json(await stop(checked(stopBody, await jsonBody(context)))),
    )
    .post('/stop-jobs', onlyActiveMaster, async (context) => {
      const bodies = checked(stopBodies, await jsonBody(context))
      const stopped = await Promise.all(bodies.map(stop))
      // SeaTunnel tells ids as numbers here, and here only; as text they keep their digits.
      const text = `[${stopped.map(({ jobId }) => `{"jobId":${jobId}}`).join(',')}]`
      return context.body(text, 200, { 'content-type': 'application/json' })
    })
    .post('/savepoint-job', onlyActiveMaster, async (context) => {
      const { jobId } = checked(jobIdBody, await jsonBody(context))
      await answering(jobs().savepoint(jobId))
      return context.json({ jobId })
    })
}
