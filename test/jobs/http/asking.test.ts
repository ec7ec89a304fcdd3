import { expect, test } from 'bun:test'
import { jobRoutes } from '../../../jobs/http/index.ts'
import { serve } from '../../members/http/serving.ts'

const BASES = ['', '/hazelcast/rest/maps']

test.each(BASES)('a job without its id is a mistake of the user, below %p', async (base) => {
  await using served = await serve({ mounts: [jobRoutes(() => undefined, '0')] })
  for (const path of ['/job-info', '/job-info/', '/running-job', '/running-job/']) {
    const answer = await served.get(base + path)
    expect(answer.status).toBe(400)
    const message = `The id of the job is missing: ask for ${base}${path.replace(/\/$/, '')}/JOB_ID.`
    expect(await answer.json()).toEqual({ status: 'fail', message })
  }
})
