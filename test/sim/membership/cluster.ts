import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../members/settings.ts'
import { type Member, type MemberEvent, startMember } from '../../../members/member/index.ts'
import type { View } from '../../../members/membership/index.ts'
import { addressKey } from '../../../runtime/host/index.ts'
import type { Machine, SimWorld } from '../host/index.ts'

export const PORT = 5801

/** A machine that runs a member from every boot on. */
export interface Node {
  readonly machine: Machine
  readonly settings: MemberSettings
  /** The member of the present boot, once it is in a cluster. */
  member: Member | undefined
  /** Why it could not start. */
  failure: unknown
}

export interface ClusterOptions {
  readonly masters: number
  readonly workers?: number
  readonly quorum?: boolean
  readonly change?: (settings: MemberSettings) => MemberSettings
  readonly onEvent?: (node: Node, event: MemberEvent) => void
  /** Called at each boot, as soon as the member is in a cluster. */
  readonly onMember?: (node: Node, member: Member) => void
}

/** Short times, so that a scenario does not have to last for minutes. */
export const BRISK: Partial<MemberSettings> = {
  heartbeatIntervalSeconds: 1,
  maxNoHeartbeatSeconds: 6,
  mergeFirstRunDelaySeconds: 10,
  mergeNextRunDelaySeconds: 5,
  mastershipClaimTimeoutSeconds: 20,
  partialDisconnectionHeartbeats: 3,
}

export const nodeSettings = (
  machine: string,
  role: MemberSettings['role'],
  members: readonly string[],
  options: ClusterOptions,
): MemberSettings => {
  const settings: MemberSettings = {
    ...DEFAULT_MEMBER_SETTINGS,
    ...BRISK,
    role,
    secret: 'a secret',
    network: {
      ...DEFAULT_MEMBER_SETTINGS.network,
      bindAddress: machine,
      port: PORT,
      portAutoIncrement: false,
    },
    join: {
      ...DEFAULT_MEMBER_SETTINGS.join,
      tcpIp: { ...DEFAULT_MEMBER_SETTINGS.join.tcpIp, enabled: true, members },
    },
    splitBrainProtection: { enabled: options.quorum ?? false, masters: options.masters },
  }
  return options.change?.(settings) ?? settings
}

/** Boots a member on each of a number of machines; they find each other by a static list. */
export const startCluster = (world: SimWorld, options: ClusterOptions): Node[] => {
  const count = options.masters + (options.workers ?? 0)
  const names = Array.from({ length: count }, (_, at) => `m${at}`)
  // Machines have the addresses 10.0.0.1 and so on, in the order of their making.
  const members = names.map((_, at) => `10.0.0.${at + 1}:${PORT}`)
  return names.map((name, at) => {
    const role = at < options.masters ? 'master' : 'worker'
    const settings = nodeSettings(`10.0.0.${at + 1}`, role, members, options)
    const node: { -readonly [Key in keyof Node]: Node[Key] } = {
      machine: undefined as unknown as Machine,
      settings,
      member: undefined,
      failure: undefined,
    }
    node.machine = world.machine(name, async (host) => {
      node.member = undefined
      try {
        const member = await startMember(host, node.settings)
        node.member = member
        member.onEvent((event) => options.onEvent?.(node, event))
        options.onMember?.(node, member)
        member.onChange((view) => world.note(`${name} sees ${printView(view)}`))
      } catch (thrown) {
        node.failure = thrown
      }
    })
    return node
  })
}

export const printView = (view: View): string =>
  `${view.epoch}.${view.version} [${view.members.map(({ address }) => address.host.slice(5)).join(' ')}]`

export const liveMembers = (nodes: readonly Node[]): Member[] =>
  nodes.flatMap(({ machine, member }) => (machine.isUp && member !== undefined ? [member] : []))

/** Whether all machines that run have one and the same list with all of them in it. */
export const isWhole = (nodes: readonly Node[]): boolean => {
  const running = nodes.filter(({ machine }) => machine.isUp)
  const views = running.map(({ member }) => member?.view())
  const first = views[0]
  if (first === undefined || first.members.length !== running.length) return false
  const listed = new Set(first.members.map(({ address }) => addressKey(address)))
  const allListed = running.every(({ machine }) => listed.has(`${machine.address}:${PORT}`))
  return (
    allListed &&
    views.every(
      (view) =>
        view?.clusterId === first.clusterId &&
        view.epoch === first.epoch &&
        view.version === first.version,
    )
  )
}
