import type { ClusterJson, MemberJson } from '../../../members/http/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { fetchCluster } from '../member/client.ts'
import { loadSetup, setupFlags } from '../member/setup.ts'
import { renderTable } from '../table.ts'
import type { TextStream } from '../terminal.ts'

/** The roles as SeaTunnel prints them: who may become master and who does the work now. */
const roleOf = ({ isActiveMaster, role }: MemberJson): string => {
  if (isActiveMaster) return 'ACTIVE MASTER'
  return role === 'worker' ? 'WORKER' : 'MASTER'
}

const safetyOf = ({ isSafe, migrations }: ClusterJson): string => {
  if (isSafe) return 'The cluster is safe: every backup is where it should be.'
  return `The cluster is not safe yet: ${migrations} partitions are to move, or backups are missing.`
}

const tableOf = (cluster: ClusterJson, stream: TextStream): string =>
  `${membersTable(cluster, stream)}${safetyOf(cluster)}\n`

const membersTable = ({ members }: ClusterJson, stream: TextStream): string =>
  renderTable(
    ['Member ID', 'Address', 'Role', 'Version'],
    members.map((member) => [member.id, member.address, roleOf(member), member.version]),
    stream,
  )

export const command = defineCommand({
  description: 'Shows the members of a cluster, and whether it is safe, as one of them sees it.',
  operands: [],
  flags: {
    url: {
      kind: 'text',
      placeholder: 'URL',
      description: 'the HTTP port of a member; that of the configuration by default',
    },
    ...setupFlags,
    format: formatFlag,
  },
  examples: ['tidegate members', 'tidegate members --url http://127.0.0.1:8081 --format json'],
  run: async ({ flags, terminal }) => {
    const host = createRealHost()
    const { client } = await loadSetup(host, { ...flags, role: undefined })
    const cluster = await fetchCluster(host, { ...client, url: flags.url ?? client.url })
    terminal.out.write(
      flags.format === 'json'
        ? `${JSON.stringify(cluster, null, 2)}\n`
        : tableOf(cluster, terminal.out),
    )
    return ExitCode.finished
  },
})
