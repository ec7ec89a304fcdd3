import { shadeJobFile } from '../../../jobs/files/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { runCommandLine } from '../commandLine.ts'
import { defineCommand, type FlagSpecs, type FlagsOf } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { loadJob, writeDiagnostics } from '../running/loadJob.ts'
import { runJobFile } from '../running/runJobFile.ts'
import { parseVariables } from '../running/variables.ts'
import type { Terminal } from '../terminal.ts'

const MODE = {
  kind: 'text',
  placeholder: 'MODE',
  description: 'where to run: local (default) or cluster',
} as const

const RUN_FLAGS = {
  config: { kind: 'text', short: 'c', placeholder: 'FILE', description: 'the job file' },
  variable: {
    kind: 'list',
    short: 'i',
    placeholder: 'NAME=VALUE',
    description: 'a value for ${NAME} in the file; several with commas or by repeating',
  },
  name: { kind: 'text', short: 'n', placeholder: 'NAME', description: 'the name of the job' },
  master: { ...MODE, short: 'm' },
  'deploy-mode': { ...MODE, short: 'e', description: 'the older name of --master' },
  check: { kind: 'switch', description: 'only check the job file' },
  encrypt: { kind: 'switch', description: 'print the job with its secrets hidden, as JSON' },
  decrypt: { kind: 'switch', description: 'print the job with its secrets readable, as JSON' },
  'set-job-id': { kind: 'text', placeholder: 'JOBID', description: 'the id of the job' },
  'close-job': {
    kind: 'optional',
    short: 'cj',
    pattern: /^(true|false)$/,
    description: 'whether a job on a cluster ends with this command; it does unless false',
  },
  restore: {
    kind: 'text',
    short: 'r',
    aliases: ['restore-job'],
    placeholder: 'JOBID',
    description: 'go on from the savepoint or last checkpoint of that job',
  },
} as const satisfies FlagSpecs

const JOB = { kind: 'text', placeholder: 'JOBID' } as const

/** What only a cluster can do: with one of these the mode is cluster. */
const CLUSTER_FLAGS = {
  cluster: { kind: 'text', short: 'cn', placeholder: 'NAME', description: 'the cluster' },
  async: { kind: 'switch', description: 'do not wait for the end of the job' },
  savepoint: {
    ...JOB,
    short: 's',
    aliases: ['savepoint-job'],
    description: 'stop that job with a savepoint',
  },
  'cancel-job': {
    ...JOB,
    kind: 'list',
    short: 'can',
    aliases: ['cancel'],
    description: 'end these jobs',
  },
  'job-id': { ...JOB, short: 'j', description: 'show how that job stands' },
  metrics: { ...JOB, description: 'print the metrics of that job' },
  get_running_job_metrics: { kind: 'switch', description: 'print the metrics of all that run' },
  list: { kind: 'switch', short: 'l', description: 'list the jobs of the cluster' },
} as const satisfies FlagSpecs

type RunFlags = FlagsOf<typeof RUN_FLAGS>
type ClusterFlags = FlagsOf<typeof CLUSTER_FLAGS>

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)

const isForCluster = (flags: RunFlags & ClusterFlags): boolean => {
  const mode = (flags.master ?? flags['deploy-mode'])?.toLowerCase()
  if (mode === 'cluster' || mode === 'client') return true
  const given = Object.keys(CLUSTER_FLAGS).find((name) =>
    isGiven((flags as { readonly [name: string]: unknown })[name]),
  )
  if (mode === undefined || mode === 'local') {
    if (given === undefined) return false
    if (mode === undefined) return true
    throw new EngineError('CLI-002', `--${given} needs a cluster: leave out -m local.`)
  }
  throw new EngineError('CLI-002', `There is no mode ${mode}: use -m local or -m cluster.`)
}

/** The verb, with its operands and flags, that does what the flags of `seatunnel.sh` ask for. */
const verbOf = (flags: RunFlags & ClusterFlags): readonly string[] => {
  const cluster = flags.cluster === undefined ? [] : ['--cluster', flags.cluster]
  if (flags.list) return ['list', 'jobs', ...cluster]
  if (flags.savepoint !== undefined) return ['savepoint', flags.savepoint, ...cluster]
  if (flags['cancel-job'].length > 0) {
    const ids = flags['cancel-job'].flatMap((each) => each.split(/[\s,]+/))
    return ['cancel', ...ids, ...cluster]
  }
  if (flags['job-id'] !== undefined) return ['status', flags['job-id'], ...cluster]
  if (flags.metrics !== undefined) return ['metrics', flags.metrics, ...cluster]
  if (flags.get_running_job_metrics) return ['metrics', ...cluster]
  return submitVerb(flags, cluster)
}

const submitVerb = (
  flags: RunFlags & ClusterFlags,
  cluster: readonly string[],
): readonly string[] => {
  if (flags.config === undefined) {
    throw new EngineError('CLI-001', 'The job file is missing: -c FILE.')
  }
  const text = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, value]
  return [
    'submit',
    flags.config,
    ...cluster,
    ...text('name', flags.name),
    ...text('set-job-id', flags['set-job-id']),
    ...text('restore', flags.restore),
    ...text('close-job', flags['close-job'] === '' ? 'true' : flags['close-job']),
    ...flags.variable.flatMap((each) => ['--variable', each]),
    ...(flags.async ? ['--async'] : []),
  ]
}

const check = async (path: string, flags: RunFlags, terminal: Terminal): Promise<ExitCode> => {
  const variables = parseVariables(flags.variable)
  const job = await loadJob(createRealHost(), path, { variables, strict: false })
  writeDiagnostics(job.diagnostics, terminal)
  if (job.plan === undefined) return ExitCode.usage
  terminal.out.write(`${path} is valid.\n`)
  return ExitCode.finished
}

/** Prints the job with its hidden values encrypted or decrypted by the cipher of its env. */
const shade = async (
  path: string,
  direction: 'encrypt' | 'decrypt',
  terminal: Terminal,
): Promise<ExitCode> => {
  const { text, diagnostics } = await shadeJobFile(createRealHost(), path, direction)
  writeDiagnostics(diagnostics, terminal)
  if (text === undefined) return ExitCode.usage
  terminal.out.write(text)
  return ExitCode.finished
}

export const command = defineCommand({
  description:
    'Takes the flags of seatunnel.sh. What Tidegate adds is in the verbs: tidegate --help.',
  operands: [],
  flags: { ...RUN_FLAGS, ...CLUSTER_FLAGS },
  examples: [
    'tidegate -c job.conf -m cluster --async',
    'tidegate -l',
    'tidegate -c job.conf -m local -i date=2026-11-22',
    'tidegate -c job.conf --check',
  ],
  run: async ({ flags, terminal }) => {
    if (isForCluster(flags) && !flags.check && !flags.encrypt && !flags.decrypt) {
      return runCommandLine(verbOf(flags), terminal)
    }
    const path = flags.config
    if (path === undefined) throw new EngineError('CLI-001', 'The job file is missing: -c FILE.')
    if (flags.check) return check(path, flags, terminal)
    if (flags.encrypt) return shade(path, 'encrypt', terminal)
    if (flags.decrypt) return shade(path, 'decrypt', terminal)
    return runJobFile(
      createRealHost(),
      {
        path,
        variables: parseVariables(flags.variable),
        strict: false,
        name: flags.name,
        format: 'text',
        checkpointFolder: undefined,
        jobId: flags['set-job-id'],
        restore: flags.restore,
      },
      terminal,
    )
  },
})
