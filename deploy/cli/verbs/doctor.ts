import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { backupsCheck } from '../doctor/backups.ts'
import { clockCheck, diskCheck, limitsCheck } from '../doctor/machine.ts'
import { multicastCheck, portChecks } from '../doctor/network.ts'
import { exitCodeOf, findingsText, runChecks } from '../doctor/report.ts'
import { loadSetup, roleFlag, setupFlags } from '../member/setup.ts'
import { stateFolder } from '../stateFolder.ts'

export const command = defineCommand({
  description:
    'Looks whether a member could run here as it is configured: ports, multicast, clock, disk,\n' +
    'limits and backups. What is not well comes with a way to mend it.',
  operands: [],
  flags: { role: roleFlag, ...setupFlags, format: formatFlag },
  examples: ['tidegate doctor', 'tidegate doctor --role worker --format json'],
  run: async ({ flags, terminal }) => {
    const host = createRealHost()
    const { member, grid, http } = await loadSetup(host, flags)
    const { network, join } = member
    const findings = await runChecks([
      portChecks(host, [
        {
          name: 'member port',
          address: { host: network.bindAddress, port: network.port },
          range: network.portAutoIncrement ? network.portCount - 1 : 0,
          setting: 'hazelcast.network.port.port',
        },
        ...http.listeners.map(({ address, portRange }) => ({
          name: 'HTTP port',
          address,
          range: portRange,
          setting: 'seatunnel.engine.http.port',
        })),
      ]),
      multicastCheck(host, {
        group: join.multicast.group,
        port: join.multicast.port,
        interfaceAddress: network.bindAddress === '0.0.0.0' ? undefined : network.bindAddress,
        isUsed: join.multicast.enabled === true,
      }),
      clockCheck(host),
      diskCheck(host, stateFolder(terminal.environment)),
      limitsCheck,
      backupsCheck(member, grid),
    ])
    terminal.out.write(
      flags.format === 'json'
        ? `${JSON.stringify(findings, null, 2)}\n`
        : findingsText(findings, terminal.out),
    )
    return exitCodeOf(findings)
  },
})
