import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { progressLine, sentenceOf } from '../jobs/following.ts'
import { jobFlags, jobTarget } from '../jobs/target.ts'

export const command = defineCommand({
  description: 'Shows how a job of a cluster stands, and why it failed.',
  operands: [{ name: 'JOBID', description: 'the id of the job', required: true }],
  flags: { ...jobFlags, format: formatFlag },
  examples: ['tidegate status 1176752616793702401'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const job = await createJobsApi(host, await jobTarget(host, flags)).job(operands[0]!)
    if (flags.format === 'json') terminal.out.write(`${JSON.stringify(job, null, 2)}\n`)
    else {
      terminal.out.write(`${progressLine(job)}\n`)
      if (job.errorMsg) terminal.out.write(`${sentenceOf(job.errorMsg)}\n`)
    }
    return ExitCode.finished
  },
})
