import { expect, test } from 'bun:test'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../members/settings.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { isWhole, liveMembers, type Node, startCluster } from './cluster.ts'

/** `SEEDS=2000` runs that many; `SEED=n` runs that one alone and prints its history. */
const { SEED, SEEDS, FIRST_SEED } = process.env
const first = Number(SEED ?? FIRST_SEED ?? 1)
const count = SEED === undefined ? Number(SEEDS ?? 100) : 1

const MASTERS = 3
const ROUNDS = 3
/** Far below the default of max.no.heartbeat.seconds: nobody may have to wait for a silence. */
const WHOLE_MS = 10_000

/** Default times, and masters alone in the list of members. */
const asUsual = (settings: MemberSettings): MemberSettings => {
  const { heartbeatIntervalSeconds, maxNoHeartbeatSeconds } = DEFAULT_MEMBER_SETTINGS
  const { join } = settings
  const members = join.tcpIp.members.slice(0, MASTERS)
  return {
    ...settings,
    heartbeatIntervalSeconds,
    maxNoHeartbeatSeconds,
    join: { ...join, tcpIp: { ...join.tcpIp, members } },
  }
}

const isFine = (nodes: readonly Node[]): boolean =>
  isWhole(nodes) && liveMembers(nodes).every((member) => member.isSafe())

/** Kills a member, and starts another process in its place. */
const replace = async ({ random, sleep }: SimWorld, node: Node): Promise<void> => {
  const { machine } = node
  machine.kill()
  node.member = undefined
  const delayMs = random.pick([0, 0, 1, 5, 20, 100, 500])
  if (delayMs > 0) await sleep(delayMs)
  machine.restart()
}

/** A process may have no time for a while, as on a computer with too much to do. */
const stall = async ({ random, sleep }: SimWorld, { machine }: Node): Promise<void> => {
  if (random.chance(0.5)) return
  await sleep(random.between(0, 20))
  machine.pause()
  await sleep(random.between(0, 900))
  machine.resume()
}

const expectOneCluster = (nodes: readonly Node[], clusterId: string): void => {
  for (const { machine, member } of nodes) {
    const view = member?.view()
    if (view === undefined || view.clusterId === clusterId) continue
    throw new Error(`${machine.name} has founded a cluster of its own`)
  }
}

/** The active master, alone or with another member, is killed and starts again at its address. */
const replaceMasters = async (world: SimWorld): Promise<void> => {
  const { random } = world
  const quorum = random.chance(0.5)
  const nodes = startCluster(world, { masters: MASTERS, workers: 2, quorum, change: asUsual })
  await world.until('whole', () => isFine(nodes), 10_000)
  world.network.setDefaults({ delayMaxMs: random.pick([1, 5, 50, 300]) })
  for (let round = 0; round < ROUNDS; round += 1) {
    await world.sleep(random.between(0, 10_000))
    const { clusterId } = nodes[0]!.member!.view()!
    const master = nodes.find(({ member }) => member?.isActiveMaster() === true)!
    const others = random.shuffled(nodes.filter((node) => node !== master))
    const killed = [master, ...others.slice(0, random.pick([0, 0, 1]))]
    world.note(`quorum ${quorum}: kills ${killed.map(({ machine }) => machine.name).join(' ')}`)
    const isFineAgain = (): boolean => {
      expectOneCluster(nodes, clusterId)
      return isFine(nodes)
    }
    await Promise.all([
      ...nodes.map((node) => (killed.includes(node) ? replace(world, node) : stall(world, node))),
      world.until('whole again', isFineAgain, WHOLE_MS),
    ])
  }
}

test(`a killed master that starts again at once joins the others (${count} seeds)`, async () => {
  for (let seed = first; seed < first + count; seed += 1) {
    await simulate(seed, replaceMasters, { trace: SEED !== undefined, limitMs: 600_000 })
  }
  expect(count).toBeGreaterThan(0)
}, 600_000)
