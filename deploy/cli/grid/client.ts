import { connectGrid, type Grid } from '../../../members/grid/index.ts'
import { EngineError, formatDiagnostic } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { loadConfiguration } from '../../../runtime/settings/index.ts'
import { clientSettings, readTls } from '../../configuration/index.ts'
import { type FlagsOf, type FlagSpecs, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { describeError } from '../failure.ts'
import { setupFlags } from '../member/setup.ts'
import type { Terminal } from '../terminal.ts'
import type { Output } from './output.ts'

/** The flags of every verb that speaks to a cluster as a client. */
export const gridFlags = {
  member: {
    kind: 'list',
    short: 'm',
    placeholder: 'HOST:PORT',
    description: 'a member to ask; those of the configuration by default',
  },
  ...setupFlags,
  format: formatFlag,
} as const satisfies FlagSpecs

export type GridFlags = FlagsOf<typeof gridFlags>

const connectAs = async (
  { member, config, set, cluster }: GridFlags,
  { err }: Terminal,
): Promise<Grid> => {
  const host = createRealHost()
  const loaded = await loadConfiguration(host, {
    role: 'master_and_worker',
    files: config,
    settings: set,
  })
  const { configuration, written, diagnostics, notices } = loaded
  if (configuration === undefined) {
    const { code, message, at } = diagnostics.find(({ severity }) => severity === 'error')!
    throw new EngineError(code, message, { at })
  }
  for (const warning of [...diagnostics.map(formatDiagnostic), ...notices]) {
    err.write(`${err.color.yellow('warning')} ${warning}\n`)
  }
  const settings = clientSettings(configuration, written, await readTls(host, configuration))
  return connectGrid(host, {
    ...settings,
    ...(member.length === 0 ? {} : { members: member }),
    ...(cluster === undefined ? {} : { clusterName: cluster }),
  })
}

/**
 * Runs `work` as a client of the cluster that the flags and the configuration name. What the cluster
 * refuses, or that there is none, is one line on stderr and the exit code of a failure.
 */
export const withGrid = async (
  flags: GridFlags,
  terminal: Terminal,
  work: (grid: Grid, output: Output) => Promise<ExitCode>,
): Promise<ExitCode> => {
  try {
    await using grid = await connectAs(flags, terminal)
    return await work(grid, { terminal, isJson: flags.format === 'json' })
  } catch (thrown) {
    const isOfCluster = thrown instanceof EngineError && /^(GRD|NET|HST)-/.test(thrown.code)
    if (!isOfCluster) throw thrown
    terminal.err.write(describeError(thrown, terminal.err))
    return ExitCode.failed
  }
}
