import { shadeJobFile } from '../../../jobs/files/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, type FlagSpecs, type FlagsOf } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { loadJob, writeDiagnostics } from '../running/loadJob.ts'
import { runJobFile } from '../running/runJobFile.ts'
import { parseVariables } from '../running/variables.ts'
import type { Terminal } from '../terminal.ts'

const MODE = { kind: 'text', placeholder: 'MODE', description: 'where to run: local' } as const

const LOCAL_FLAGS = {
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
    description: 'no effect: a local job ends with its process',
  },
  restore: {
    kind: 'text',
    short: 'r',
    aliases: ['restore-job'],
    placeholder: 'JOBID',
    description: 'go on from the last checkpoint of that job',
  },
} as const satisfies FlagSpecs

const CLUSTER = { kind: 'switch', description: 'needs a cluster' } as const
const CLUSTER_JOB = { kind: 'text', placeholder: 'JOBID', description: 'needs a cluster' } as const

/** Known, so that they get an answer of their own, but without a cluster there is nothing to ask. */
const CLUSTER_FLAGS = {
  cluster: { kind: 'text', short: 'cn', placeholder: 'NAME', description: 'needs a cluster' },
  async: CLUSTER,
  savepoint: { ...CLUSTER_JOB, short: 's', aliases: ['savepoint-job'] },
  'cancel-job': { ...CLUSTER_JOB, kind: 'list', short: 'can', aliases: ['cancel'] },
  'job-id': { ...CLUSTER_JOB, short: 'j' },
  metrics: CLUSTER_JOB,
  get_running_job_metrics: CLUSTER,
  list: { ...CLUSTER, short: 'l' },
} as const satisfies FlagSpecs

type LocalFlags = FlagsOf<typeof LOCAL_FLAGS>

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)

const refuseClusterFlags = (flags: { readonly [name: string]: unknown }): void => {
  const given = Object.keys(CLUSTER_FLAGS).find((name) => isGiven(flags[name]))
  if (given === undefined) return
  throw new EngineError(
    'CLI-002',
    `--${given} needs a cluster, and this version runs jobs in one process only: use -m local.`,
  )
}

const checkMode = (flags: LocalFlags): void => {
  const mode = flags.master ?? flags['deploy-mode'] ?? 'local'
  if (mode.toLowerCase() === 'local') return
  throw new EngineError(
    'CLI-002',
    `This version cannot run a job in the mode ${mode}: use -m local, which runs it here.`,
  )
}

const check = async (path: string, flags: LocalFlags, terminal: Terminal): Promise<ExitCode> => {
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
  flags: { ...LOCAL_FLAGS, ...CLUSTER_FLAGS },
  examples: ['tidegate -c job.conf -m local -i date=2026-11-22', 'tidegate -c job.conf --check'],
  run: async ({ flags, terminal }) => {
    refuseClusterFlags(flags)
    checkMode(flags)
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
