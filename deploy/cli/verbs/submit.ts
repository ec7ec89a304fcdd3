import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { followJob } from '../jobs/following.ts'
import { readJobText } from '../jobs/jobFile.ts'
import { jobFlags, jobTarget } from '../jobs/target.ts'
import { parseVariables } from '../running/variables.ts'

export const command = defineCommand({
  description:
    'Gives a job to a cluster and waits for its end; Ctrl-C then cancels it, unless\n' +
    '--close-job=false. The job file is looked through before it is sent; a job in TypeScript is\n' +
    'bundled. Any member takes it, and so does a SeaTunnel server (--url).',
  operands: [
    { name: 'FILE', description: 'a job (.conf, .json, .yaml, .sql, .ts, .js)', required: true },
  ],
  flags: {
    async: { kind: 'switch', description: 'do not wait: print the id and end' },
    'close-job': {
      kind: 'text',
      short: 'cj',
      placeholder: 'BOOLEAN',
      values: ['true', 'false'],
      defaultValue: 'true',
      description: 'whether the job ends with this command',
    },
    variable: {
      kind: 'list',
      short: 'i',
      placeholder: 'NAME=VALUE',
      description: 'a value for ${NAME} in the file',
    },
    name: { kind: 'text', short: 'n', placeholder: 'NAME', description: 'the name of the job' },
    'set-job-id': { kind: 'text', placeholder: 'JOBID', description: 'the id of the job' },
    'allow-orphaned-state': {
      kind: 'switch',
      description: 'with --restore: drop state that no operator of the job takes',
    },
    restore: {
      kind: 'text',
      short: 'r',
      placeholder: 'JOBID',
      description: 'go on from the savepoint or last checkpoint of that job',
    },
    ...jobFlags,
    format: formatFlag,
  },
  examples: [
    'tidegate submit job.conf',
    'tidegate submit job.ts --async',
    'tidegate submit job.conf --restore 1176752616793702401',
    'tidegate submit job.conf --config hazelcast-client.yaml',
  ],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const path = operands[0]!
    const job = await readJobText(host, path, parseVariables(flags.variable), terminal)
    if (job === undefined) return ExitCode.usage
    const api = createJobsApi(host, await jobTarget(host, flags))
    const { jobId, jobName } = await api.submit({
      job,
      jobId: flags.restore ?? flags['set-job-id'],
      jobName: flags.name,
      restore: flags.restore !== undefined,
      allowOrphanedState: flags['allow-orphaned-state'],
    })
    const isJson = flags.format === 'json'
    if (flags.async) {
      terminal.out.write(isJson ? `${JSON.stringify({ jobId, jobName })}\n` : `${jobId}\n`)
      return ExitCode.finished
    }
    terminal.err.write(`Job ${jobId} (${jobName ?? ''}) is submitted to ${api.url}.\n`)
    const closesJob = flags['close-job'] === 'true'
    return followJob({ host, api, jobId, terminal, closesJob, isJson })
  },
})
