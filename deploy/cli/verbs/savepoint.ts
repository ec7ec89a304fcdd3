import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { untilEnded } from '../jobs/following.ts'
import { jobFlags, jobTarget } from '../jobs/target.ts'

export const command = defineCommand({
  description:
    'Stops a job of a cluster with a savepoint, from which it goes on with\n' +
    '`tidegate submit FILE --restore JOBID`, also at another parallelism.',
  operands: [{ name: 'JOBID', description: 'the id of the job', required: true }],
  flags: {
    keep: { kind: 'switch', description: 'let the job go on running' },
    ...jobFlags,
  },
  examples: ['tidegate savepoint 1176752616793702401'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const api = createJobsApi(host, await jobTarget(host, flags))
    const jobId = operands[0]!
    if (flags.keep) {
      await api.savepoint(jobId)
      terminal.out.write(`Job ${jobId} is saved and goes on.\n`)
      return ExitCode.finished
    }
    await api.stop([jobId], { savepoint: true, force: false })
    const never = new AbortController().signal
    const { jobStatus } = await untilEnded(host, api, jobId, () => undefined, never)
    terminal.out.write(`Job ${jobId}: ${jobStatus}\n`)
    return jobStatus === 'SAVEPOINT_DONE' ? ExitCode.finished : ExitCode.failed
  },
})
