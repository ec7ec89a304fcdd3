import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { jobFlags, jobTarget } from '../jobs/target.ts'

export const command = defineCommand({
  description: 'Ends jobs of a cluster: what they have not committed is removed.',
  operands: [{ name: 'JOBID', description: 'ids of jobs', required: false, repeated: true }],
  flags: {
    all: { kind: 'switch', description: 'all jobs that run' },
    force: { kind: 'switch', description: 'do not wait for tasks that do not answer' },
    ...jobFlags,
  },
  examples: ['tidegate cancel 1176752616793702401', 'tidegate cancel --all'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    if (operands.length === 0 && !flags.all) {
      throw new EngineError('CLI-001', 'JOBID is missing: which jobs, or --all.')
    }
    const api = createJobsApi(host, await jobTarget(host, flags))
    // All are known, or none is stopped.
    for (const jobId of operands) await api.job(jobId)
    const jobIds = flags.all ? (await api.running()).map(({ jobId }) => jobId) : operands
    if (jobIds.length > 0) await api.stop(jobIds, { savepoint: false, force: flags.force })
    terminal.out.write(`${jobIds.length} ${jobIds.length === 1 ? 'job' : 'jobs'} being cancelled\n`)
    return ExitCode.finished
  },
})
