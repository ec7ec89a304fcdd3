import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { loadSetup, roleFlag, setupFlags } from '../member/setup.ts'
import { renderTable } from '../table.ts'

export const command = defineCommand({
  description:
    'Shows the configuration that a member would have here, and where each value comes from.\n' +
    'Read are, later ones winning: hazelcast-master.yaml, hazelcast-worker.yaml (by --role),\n' +
    'hazelcast.yaml or hazelcast.xml; hazelcast-client.yaml; seatunnel.yaml; tidegate.yaml, which\n' +
    'may have all of their sections; each in the working folder, config/ or $SEATUNNEL_HOME/config,\n' +
    'or where HAZELCAST_CONFIG, HAZELCAST_CLIENT_CONFIG, SEATUNNEL_CONFIG and TIDEGATE_CONFIG say.\n' +
    'Then environment variables, such as HZ_NETWORK_PORT_PORT and TIDEGATE_HTTP_PORT; then --set.',
  operands: [],
  flags: { role: roleFlag, ...setupFlags, format: formatFlag },
  examples: ['tidegate config', 'tidegate config --role worker --format json'],
  run: async ({ flags, terminal }) => {
    const setup = await loadSetup(createRealHost(), flags)
    for (const warning of setup.warnings) {
      terminal.err.write(`${terminal.err.color.yellow('warning')} ${warning}\n`)
    }
    const shown = setup.configuration()
    if (flags.format === 'json') {
      terminal.out.write(`${JSON.stringify(shown, null, 2)}\n`)
      return ExitCode.finished
    }
    const rows = Object.entries(shown).map(([key, { value, origin }]) => [
      key,
      Array.isArray(value) ? value.join(', ') : String(value),
      origin,
    ])
    terminal.out.write(renderTable(['Setting', 'Value', 'Origin'], rows, terminal.out))
    return ExitCode.finished
  },
})
