import type { Address, Host, Listener } from '../../../runtime/host/index.ts'

export interface PlannedMember {
  /** Such as `worker-2`. */
  readonly name: string
  readonly role: 'master' | 'worker' | 'master_and_worker'
  readonly port: number
}

const LOOPBACK = '127.0.0.1'
/** The port of HTTP from which on a free one is taken, so that the first member has the usual one. */
const HTTP_PORT = 8080

const freePorts = async ({ network }: Host, count: number): Promise<readonly number[]> => {
  const listeners: Listener[] = []
  try {
    for (let index = 0; index < count; index += 1) {
      const address: Address = { host: LOOPBACK, port: 0 }
      listeners.push(await network.listen(address, (connection) => connection.destroy()))
    }
    return listeners.map(({ address }) => address.port)
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()))
  }
}

/** Masters first, each member on a free port. Without workers the masters do their work too. */
export const planMembers = async (
  host: Host,
  counts: { readonly masters: number; readonly workers: number },
): Promise<readonly PlannedMember[]> => {
  const { masters, workers } = counts
  const ports = await freePorts(host, masters + workers)
  return ports.map((port, index) => {
    if (index >= masters) return { name: `worker-${index - masters + 1}`, role: 'worker', port }
    const role = workers === 0 ? 'master_and_worker' : 'master'
    return { name: `master-${index + 1}`, role, port }
  })
}

/** The words after `tidegate` that start one of the members. */
export const memberWords = (
  member: PlannedMember,
  all: readonly PlannedMember[],
): readonly string[] => {
  const memberList = all.map(({ port }) => `${LOOPBACK}:${port}`).join(',')
  const settings = [
    `hazelcast.network.port.port=${member.port}`,
    'hazelcast.network.port.auto-increment=false',
    `tidegate.bind-address=${LOOPBACK}`,
    `tidegate.masters=${all.filter(({ role }) => role !== 'worker').length}`,
    // Whatever files lie here, these members find each other by their list and nothing else.
    'hazelcast.network.interfaces.enabled=false',
    'hazelcast.network.join.multicast.enabled=false',
    'hazelcast.network.join.dns.enabled=false',
    'hazelcast.network.join.tcp-ip.enabled=true',
    `hazelcast.network.join.tcp-ip.member-list=${memberList}`,
    `seatunnel.engine.http.port=${HTTP_PORT}`,
    'seatunnel.engine.http.enable-dynamic-port=true',
  ]
  return [
    'member',
    '--role',
    member.role,
    '--attached',
    ...settings.flatMap((setting) => ['--set', setting]),
  ]
}
