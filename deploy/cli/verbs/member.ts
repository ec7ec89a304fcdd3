import { join } from 'node:path'
import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost, type Host } from '../../../runtime/host/index.ts'
import { type Call, defineCommand, type FlagSpecs } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { type DaemonFiles, holdPidFile, startDaemon, stopDaemon } from '../member/daemon.ts'
import { fileLog, streamLog } from '../member/log.ts'
import { runMember } from '../member/run.ts'
import { loadSetup, roleFlag, setupFlags } from '../member/setup.ts'
import { stateFolder } from '../stateFolder.ts'
import type { Terminal } from '../terminal.ts'

const flags = {
  role: roleFlag,
  ...setupFlags,
  daemon: {
    kind: 'switch',
    short: 'd',
    description: 'run in the background; answers when the member is ready',
  },
  attached: {
    kind: 'switch',
    description: 'end when stdin ends: together with the process that started the member',
  },
  stop: { kind: 'switch', description: 'end the member of this role that runs in the background' },
  job: {
    kind: 'text',
    placeholder: 'FILE',
    description: 'run this job file on this member alone, once it has joined',
  },
  'log-file': {
    kind: 'text',
    placeholder: 'FILE',
    description: 'write the log there, in parts of 16 MiB of which 5 are kept',
  },
  'pid-file': {
    kind: 'text',
    placeholder: 'FILE',
    description: 'write the number of the process there; a second member refuses to start',
  },
} as const satisfies FlagSpecs

type MemberCall = Call<typeof flags>

/** Where the files of a background member are unless said otherwise. */
const daemonFiles = ({ flags, terminal }: MemberCall): DaemonFiles => {
  const folder = stateFolder(terminal.environment)
  const name = flags.role === undefined ? 'member' : `member-${flags.role}`
  return {
    pidFile: flags['pid-file'] ?? join(folder, `${name}.pid`),
    logFile: flags['log-file'] ?? join(folder, 'logs', `${name}.log`),
  }
}

const stop = async (call: MemberCall): Promise<ExitCode> => {
  const { pidFile } = daemonFiles(call)
  if (await stopDaemon(pidFile)) {
    call.terminal.err.write('The member has left the cluster and ended.\n')
    return ExitCode.finished
  }
  throw new EngineError('CLI-003', `No member runs of which ${pidFile} would tell.`)
}

const background = async (call: MemberCall): Promise<ExitCode> => {
  const { flags, terminal } = call
  const files = daemonFiles(call)
  const words = [
    'member',
    '--pid-file',
    files.pidFile,
    '--log-file',
    files.logFile,
    ...(flags.role === undefined ? [] : ['--role', flags.role]),
    ...flags.config.flatMap((file) => ['--config', file]),
    ...(flags.cluster === undefined ? [] : ['--cluster', flags.cluster]),
    ...flags.set.flatMap((setting) => ['--set', setting]),
  ]
  const line = await startDaemon(words, files)
  terminal.out.write(`${line}\nlog: ${files.logFile}\n`)
  return ExitCode.finished
}

/** What `--job` does: as `tidegate run`, beside the member. */
const jobOf =
  (host: Host, path: string, terminal: Terminal): (() => Promise<void>) =>
  async () => {
    const { runJobFile } = await import('../running/runJobFile.ts')
    await runJobFile(
      host,
      {
        path,
        variables: {},
        strict: false,
        checkpointFolder: undefined,
        jobId: undefined,
        restore: undefined,
        format: 'text',
      },
      terminal,
    )
  }

const foreground = async ({ flags, terminal }: MemberCall): Promise<ExitCode> => {
  const host = createRealHost()
  const now = (): number => host.clock.now()
  const logFile = flags['log-file']
  const log = logFile === undefined ? streamLog(terminal.err, now) : fileLog(logFile, now)
  const setup = await loadSetup(host, flags)
  for (const warning of setup.warnings) log('warn', warning)
  const pidFile = flags['pid-file']
  const release = pidFile === undefined ? (): void => {} : holdPidFile(pidFile)
  try {
    await runMember(host, {
      setup,
      log,
      isAttached: flags.attached,
      ...(flags.job === undefined ? {} : { work: jobOf(host, flags.job, terminal) }),
      onReady: (line) => {
        log('info', `ready: ${line}`)
        terminal.out.write(`ready: ${line}\n`)
      },
    })
  } finally {
    release()
  }
  log('info', 'ended')
  return ExitCode.finished
}

export const command = defineCommand({
  description:
    'Runs a member of a cluster until SIGTERM or Ctrl-C: then it is not ready any more, leaves the\n' +
    'cluster and ends. Members find each other as the configuration says; see tidegate config.\n' +
    'The log goes to stderr; one line on stdout says that the member is ready.',
  operands: [],
  flags,
  examples: [
    'tidegate member',
    'tidegate member --role master --config hazelcast-master.yaml',
    'tidegate member -r worker -d',
    'tidegate member -r worker --stop',
    'tidegate member -s hazelcast.network.port.port=5811 -s seatunnel.engine.http.port=8090',
  ],
  run: async (call) => {
    if (call.flags.stop) return stop(call)
    return call.flags.daemon ? background(call) : foreground(call)
  },
})
