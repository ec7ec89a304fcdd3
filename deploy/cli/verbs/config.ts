import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { loadSetup, roleFlag, setupFlags } from '../member/setup.ts'
import { renderTable } from '../table.ts'

export const command = defineCommand({
  description:
    'Shows the configuration that a member would have here, and where each value comes from.\n' +
    'Read are, later ones winning: seatunnel.yaml; hazelcast-master.yaml or hazelcast-worker.yaml\n' +
    '(by --role), else hazelcast.xml or hazelcast.yaml; hazelcast-client.yaml; tidegate.yaml, which\n' +
    'may have all of their sections; each in the working folder, config/ or $SEATUNNEL_HOME/config,\n' +
    'or where SEATUNNEL_CONFIG, HAZELCAST_CONFIG, HAZELCAST_CLIENT_CONFIG and TIDEGATE_CONFIG say.\n' +
    'Then environment variables, such as HZ_NETWORK_PORT_PORT and TIDEGATE_BINDADDRESS; then --set.',
  operands: [],
  flags: { role: roleFlag, ...setupFlags, format: formatFlag },
  examples: ['tidegate config', 'tidegate config --role worker --format json'],
  run: async ({ flags, terminal }) => {
    const setup = await loadSetup(createRealHost(), flags)
    for (const warning of setup.warnings) {
      terminal.err.write(`${terminal.err.color.yellow('warning')} ${warning}\n`)
    }
    const values = setup.configuration()
    const text =
      flags.format === 'json'
        ? `${JSON.stringify(values, null, 2)}\n`
        : renderTable(
            ['Setting', 'Value', 'Origin'],
            values.map(({ key, value, origin }) => [key, value, origin]),
            terminal.out,
          )
    terminal.out.write(text)
    return ExitCode.finished
  },
})
