import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi, type JobsApi } from '../jobs/api.ts'
import { isEnded } from '../jobs/following.ts'
import { jobFlags, jobTarget } from '../jobs/target.ts'

const POLL_MS = 1000

/** The text of all logs of a job, one after the other. */
const textOf = async (api: JobsApi, jobId: string): Promise<string> => {
  const texts: string[] = []
  for (const link of await api.logs(jobId)) texts.push(await api.logText(link))
  return texts.join('')
}

export const command = defineCommand({
  description: 'Prints what a job of a cluster has logged.',
  operands: [{ name: 'JOBID', description: 'the id of the job', required: true }],
  flags: {
    follow: { kind: 'switch', short: 'f', description: 'go on until the job has ended' },
    ...jobFlags,
  },
  examples: ['tidegate logs 1176752616793702401 --follow'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const api = createJobsApi(host, await jobTarget(host, flags))
    const jobId = operands[0]!
    let written = 0
    for (;;) {
      const job = await api.job(jobId)
      const text = await textOf(api, jobId)
      // A log that was cut at its start is shorter than it was.
      terminal.out.write(text.length >= written ? text.slice(written) : text)
      written = text.length
      if (!flags.follow || isEnded(job)) return ExitCode.finished
      await host.clock.sleep(POLL_MS)
    }
  },
})
