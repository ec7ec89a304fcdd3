import { describe, expect, test } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../members/settings.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { isWhole, liveMembers, type Node, PORT, startCluster } from './cluster.ts'

const DEFAULTS: Partial<MemberSettings> = {
  heartbeatIntervalSeconds: DEFAULT_MEMBER_SETTINGS.heartbeatIntervalSeconds,
  maxNoHeartbeatSeconds: DEFAULT_MEMBER_SETTINGS.maxNoHeartbeatSeconds,
}

const withDefaults = (settings: MemberSettings): MemberSettings => ({ ...settings, ...DEFAULTS })

const masterOf = (nodes: readonly Node[]): Node =>
  nodes.find(({ machine, member }) => machine.isUp && member?.isActiveMaster() === true)!

const formed = async (world: SimWorld, nodes: readonly Node[]): Promise<void> =>
  world.until('whole', () => isWhole(nodes), 3000)

/** Changes the settings of some machines, by their number. */
const changed =
  (changes: Readonly<Record<number, (settings: MemberSettings) => MemberSettings>>) =>
  (settings: MemberSettings): MemberSettings => {
    const number = Number(settings.network.bindAddress.split('.')[3]) - 1
    return changes[number]?.(settings) ?? settings
  }

describe('with default settings', () => {
  test('a killed master is replaced within 5 s', () =>
    simulate(1, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true, change: withDefaults })
      await formed(world, nodes)
      await world.sleep(10_000)
      masterOf(nodes).machine.kill()
      const killedMs = world.nowMs()
      await world.until(
        'a new master that may acknowledge',
        () => liveMembers(nodes).every((member) => member.isSafe()) && isWhole(nodes),
        5000,
      )
      expect(world.nowMs() - killedMs).toBeLessThan(1500)
    }))

  test('a member that is paused for a second, or loses its connections, stays', () =>
    simulate(2, async (world) => {
      const nodes = startCluster(world, {
        masters: 3,
        workers: 1,
        quorum: true,
        change: withDefaults,
      })
      await formed(world, nodes)
      await world.sleep(10_000)
      const before = nodes.map(({ member }) => member!.view())
      for (const { machine } of nodes) {
        machine.pause()
        await world.sleep(1000)
        machine.resume()
        await world.sleep(3000)
      }
      for (const { machine } of nodes) {
        for (const other of world.machines) {
          if (other !== machine) world.network.resetConnections(machine, other)
        }
        await world.sleep(100)
      }
      await world.sleep(20_000)
      expect(nodes.map(({ member }) => member!.view())).toEqual(before)
    }))

  test('wall clocks that jump change nothing', () =>
    simulate(3, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true, change: withDefaults })
      await formed(world, nodes)
      await world.sleep(5000)
      const before = nodes.map(({ member }) => member!.view())
      nodes[0]!.machine.clock.jump(86_400_000)
      nodes[1]!.machine.clock.jump(-86_400_000)
      await world.sleep(120_000)
      expect(nodes.map(({ member }) => member!.view())).toEqual(before)
      expect(liveMembers(nodes).every((member) => member.isSafe())).toBe(true)
    }))

  test('a member that stood still for minutes comes back under a new id', () =>
    simulate(4, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true, change: withDefaults })
      await formed(world, nodes)
      const { machine, member } = nodes[2]!
      const { id } = member!.self
      machine.pause()
      await world.sleep(120_000)
      expect(nodes[0]!.member!.members()).toHaveLength(2)
      expect(member!.isSafe()).toBe(false)
      machine.resume()
      await world.until('whole again', () => isWhole(nodes), 10_000)
      expect(member!.self.id).not.toBe(id)
    }))
})

describe('a stranger', () => {
  test('of another cluster-name forms a cluster of its own', () =>
    simulate(5, async (world) => {
      const other = (settings: MemberSettings) => ({ ...settings, clusterName: 'other' })
      const nodes = startCluster(world, { masters: 3, change: changed({ 2: other }) })
      await world.until(
        'two clusters',
        () => nodes.every(({ member }) => member !== undefined),
        9000,
      )
      await world.sleep(30_000)
      expect(nodes.map(({ member }) => member!.members().length)).toEqual([2, 2, 1])
    }))

  test.each([
    ['a wrong secret', { secret: 'a guess' }, 'NET-002'],
    ['another partition count', { partitionCount: 17 }, 'NET-007'],
  ])('with %s does not start, and says why', (_, change, code) =>
    simulate(6, async (world) => {
      const wrong = (settings: MemberSettings) => ({ ...settings, ...change })
      const nodes = startCluster(world, { masters: 2 })
      await formed(world, nodes)
      nodes[1]!.machine.kill()
      Object.assign(nodes[1]!, { settings: wrong(nodes[1]!.settings), member: undefined })
      nodes[1]!.machine.restart()
      await world.until('refused', () => nodes[1]!.failure !== undefined, 5000)
      expect(nodes[1]!.failure).toBeInstanceOf(EngineError)
      expect((nodes[1]!.failure as EngineError).code as string).toBe(code)
      await world.sleep(3000)
      expect(nodes[0]!.member!.members()).toHaveLength(1)
      expect(nodes[1]!.machine.leaks()).toEqual([])
    }),
  )
})

describe('a required member', () => {
  test('holds all others back until it is there', () =>
    simulate(7, async (world) => {
      const nodes = startCluster(world, {
        masters: 3,
        change: (settings) => ({
          ...settings,
          join: {
            ...settings.join,
            tcpIp: { ...settings.join.tcpIp, requiredMember: `10.0.0.1:${PORT}` },
          },
        }),
      })
      nodes[0]!.machine.kill()
      await world.sleep(20_000)
      expect(nodes.map(({ member }) => member)).toEqual([undefined, undefined, undefined])
      nodes[0]!.machine.restart()
      await formed(world, nodes)
      expect(nodes[0]!.member!.isActiveMaster()).toBe(true)
    }))
})

const byMulticast = (settings: MemberSettings): MemberSettings => ({
  ...settings,
  join: { ...settings.join, tcpIp: { ...settings.join.tcpIp, enabled: false } },
})

describe('multicast', () => {
  test('brings three members together within 3 s, though datagrams are lost', () =>
    simulate(8, async (world) => {
      world.network.setDefaults({ lossRate: 0.2 })
      const nodes = startCluster(world, { masters: 3, change: byMulticast })
      await world.until('whole', () => isWhole(nodes), 3000)
    }))

  test('hears trusted interfaces only', () =>
    simulate(9, async (world) => {
      const trusting = (settings: MemberSettings): MemberSettings => ({
        ...byMulticast(settings),
        join: {
          ...byMulticast(settings).join,
          multicast: { ...settings.join.multicast, trustedInterfaces: ['10.0.0.1-2'] },
        },
      })
      const nodes = startCluster(world, { masters: 3, change: trusting })
      await world.sleep(20_000)
      expect(nodes.slice(0, 2).map(({ member }) => member!.members().length)).toEqual([2, 2])
    }))

  test('finds a cluster that formed beyond a cut, and both become one', () =>
    simulate(10, async (world) => {
      const nodes = startCluster(world, { masters: 4, change: byMulticast })
      const machines = nodes.map(({ machine }) => machine)
      const heal = world.network.partition(machines.slice(0, 2), machines.slice(2))
      await world.sleep(20_000)
      expect(nodes.map(({ member }) => member!.members().length)).toEqual([2, 2, 2, 2])
      heal()
      await world.until('one cluster', () => isWhole(nodes), 30_000)
    }))
})

test('a name with several addresses leads to all members', () =>
  simulate(11, async (world) => {
    const nodes = startCluster(world, {
      masters: 3,
      change: (settings) => ({
        ...settings,
        join: {
          ...settings.join,
          tcpIp: { ...settings.join.tcpIp, enabled: false },
          dns: { ...settings.join.dns, enabled: true, name: 'members.local', port: PORT },
        },
      }),
    })
    world.network.setName('members.local', world.machines)
    await formed(world, nodes)
  }))

test('a port that is taken is skipped, as configured', () =>
  simulate(12, async (world) => {
    const increments = (settings: MemberSettings): MemberSettings => ({
      ...settings,
      network: { ...settings.network, portAutoIncrement: true, portCount: 2 },
    })
    const nodes = startCluster(world, { masters: 1, change: increments })
    await formed(world, nodes)
    const { startMember } = await import('../../../members/member/index.ts')
    const second = await startMember(nodes[0]!.machine.host, nodes[0]!.settings)
    expect(second.self.address.port).toBe(PORT + 1)
    expect(second.members()).toHaveLength(2)
    const third = startMember(nodes[0]!.machine.host, nodes[0]!.settings)
    const failure = await third.catch((thrown: unknown) => thrown)
    expect((failure as EngineError).code).toBe('HST-006')
  }))

test('a member beyond loopback without a secret must say that it is insecure', () =>
  simulate(13, async (world) => {
    const open = (settings: MemberSettings): MemberSettings => ({ ...settings, secret: '' })
    const nodes = startCluster(world, { masters: 1, change: open })
    await world.sleep(100)
    expect(String(nodes[0]!.failure)).toContain('insecure: true')
    const insecure = (settings: MemberSettings): MemberSettings => ({
      ...open(settings),
      network: { ...settings.network, insecure: true },
    })
    Object.assign(nodes[0]!, { settings: insecure(nodes[0]!.settings) })
    nodes[0]!.machine.kill()
    nodes[0]!.machine.restart()
    await formed(world, nodes)
  }))

describe('the address of a member', () => {
  const started = async (world: SimWorld, network: Partial<MemberSettings['network']>) => {
    const nodes = startCluster(world, {
      masters: 1,
      change: (settings) => ({ ...settings, network: { ...settings.network, ...network } }),
    })
    await world.sleep(6000)
    return nodes[0]!
  }
  test('is the first own one that a pattern of interfaces matches', () =>
    simulate(14, async (world) => {
      const interfaces = { enabled: true, patterns: ['192.168.*.*', '10.0.0.*'] }
      const { member } = await started(world, { bindAddress: '127.0.0.1', interfaces })
      expect(member!.self.address).toEqual({ host: '10.0.0.1', port: PORT })
    }))
  test('is none when no pattern matches, and the member says so', () =>
    simulate(15, async (world) => {
      const interfaces = { enabled: true, patterns: ['192.168.*.*'] }
      const { failure } = await started(world, { interfaces })
      expect(String(failure)).toContain('matches network.interfaces (192.168.*.*)')
    }))
  test('is reachable where the member listens everywhere', () =>
    simulate(16, async (world) => {
      const { member } = await started(world, { bindAddress: '0.0.0.0' })
      expect(member!.self.address).toEqual({ host: '10.0.0.1', port: PORT })
    }))
  test('is what the configuration makes public', () =>
    simulate(17, async (world) => {
      const { member } = await started(world, { publicAddress: 'edge.example:7000' })
      expect(member!.self.address).toEqual({ host: 'edge.example', port: 7000 })
    }))
})
