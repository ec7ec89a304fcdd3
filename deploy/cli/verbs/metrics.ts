import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { jobFlags, jobTarget } from '../jobs/target.ts'

export const command = defineCommand({
  description: 'Prints the metrics of a job of a cluster, or of all that run, as JSON.',
  operands: [{ name: 'JOBID', description: 'the id of the job', required: false }],
  flags: jobFlags,
  examples: ['tidegate metrics 1176752616793702401', 'tidegate metrics'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const api = createJobsApi(host, await jobTarget(host, flags))
    const [jobId] = operands
    const jobs = jobId === undefined ? await api.running() : [await api.job(jobId)]
    const metrics = jobs.map((job) => ({ jobId: job.jobId, metrics: job.metrics ?? {} }))
    const shown = jobId === undefined ? metrics : metrics[0]!.metrics
    terminal.out.write(`${JSON.stringify(shown, null, 2)}\n`)
    return ExitCode.finished
  },
})
