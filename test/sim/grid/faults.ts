import type { SimWorld } from '../host/index.ts'
import { type GridNode, isSafe, takeDown } from './cluster.ts'

/** What may happen to a grid that keeps its promises. */
export interface Disturbance {
  /** So many members may be lost at once; then the grid has to become safe before the next. */
  readonly lossesMax: number
  /** Whether a side of a cut that is too small stops to answer: only then cuts may last. */
  readonly quorum: boolean
}

const SAFE_WITHIN_MS = 120_000

const running = (nodes: readonly GridNode[]): GridNode[] =>
  nodes.filter(({ node, grid }) => node.machine.isUp && grid !== undefined)

/** Between faults: nothing is missing, so that members may be lost again. */
export const becomeSafe = (
  world: SimWorld,
  nodes: readonly GridNode[],
  quorum: boolean,
): Promise<void> => world.until('the grid is safe', () => isSafe(nodes, quorum), SAFE_WITHIN_MS)

/** Members that can be lost at once while a majority stays, if that is asked for. */
const drawVictims = (
  { random }: SimWorld,
  nodes: readonly GridNode[],
  { lossesMax, quorum }: Disturbance,
): GridNode[] => {
  const masters = nodes.filter(({ node }) => node.settings.role !== 'worker')
  const most = quorum ? Math.ceil(masters.length / 2) - 1 : masters.length - 1
  const count = Math.min(most, 1 + random.integer(lossesMax))
  return random.shuffled(running(masters)).slice(0, count)
}

const FAULTS = {
  crash: async (world: SimWorld, victims: readonly GridNode[]) => {
    // The longer messages are on their way, the more is under way when it happens.
    world.network.setDefaults({ delayMaxMs: world.random.pick([1, 20, 200]) })
    await world.sleep(world.random.pick([0, 500]))
    for (const victim of victims) {
      if (world.random.chance(0.5)) takeDown(victim, () => victim.node.machine.crash())
      else takeDown(victim, () => victim.node.machine.kill())
      await world.sleep(world.random.pick([0, 1, 50, 2000]))
    }
    await world.sleep(world.random.pick([0, 100, 3000, 9000]))
    world.network.setDefaults({ delayMaxMs: 1 })
    for (const { node } of victims) if (!node.machine.isUp) node.machine.restart()
  },
  /** What the victim tells others, one of them has not heard when it dies. */
  cutAndCrash: async (
    world: SimWorld,
    victims: readonly GridNode[],
    nodes: readonly GridNode[],
  ) => {
    const [victim] = victims
    if (victim === undefined) return
    const [other] = world.random.shuffled(nodes.filter((node) => node !== victim))
    const heal = world.network.partition([victim.node.machine], [other!.node.machine])
    await world.sleep(world.random.between(100, 2500))
    takeDown(victim, () => victim.node.machine.crash())
    await world.sleep(world.random.pick([7000, 9000]))
    heal()
    victim.node.machine.restart()
  },
  crashAndWait: async (
    world: SimWorld,
    victims: readonly GridNode[],
    nodes: readonly GridNode[],
  ) => {
    for (const victim of victims) takeDown(victim, () => victim.node.machine.kill())
    await world.sleep(7000)
    await becomeSafe(world, nodes, false)
    for (const { node } of victims) node.machine.restart()
  },
  leave: async (world: SimWorld, victims: readonly GridNode[]) => {
    const [victim] = victims
    if (victim?.grid === undefined) return
    await Promise.race([victim.grid.leave(), world.sleep(30_000)])
    await victim.grid.close()
    await victim.node.member?.leave()
    takeDown(victim, () => victim.node.machine.kill())
    await world.sleep(world.random.between(0, 3000))
    victim.node.machine.restart()
  },
  resetConnections: async (world: SimWorld, _: unknown, nodes: readonly GridNode[]) => {
    for (let times = 0; times < 5; times += 1) {
      const [left, right] = world.random.shuffled(nodes)
      world.network.resetConnections(left!.node.machine, right!.node.machine)
      await world.sleep(world.random.between(0, 500))
    }
  },
  slowLinks: async (world: SimWorld) => {
    world.network.setDefaults({ delayMaxMs: world.random.between(5, 200) })
    await world.sleep(3000)
    world.network.setDefaults({ delayMaxMs: 1 })
  },
  shortCut: async (world: SimWorld, victims: readonly GridNode[]) => {
    await cut(world, victims, world.random.between(100, 2500))
  },
  shortPause: async (world: SimWorld, victims: readonly GridNode[]) => {
    await pause(world, victims, world.random.between(100, 2500))
  },
} as const

const LASTING = {
  cut: async (world: SimWorld, victims: readonly GridNode[]) => {
    await cut(world, victims, world.random.between(3000, 15_000))
  },
  cutOneWay: async (world: SimWorld, victims: readonly GridNode[]) => {
    const inside = victims.map(({ node }) => node.machine)
    const outside = world.machines.filter((machine) => !inside.includes(machine))
    const heal = world.random.chance(0.5)
      ? world.network.block(inside, outside)
      : world.network.block(outside, inside)
    await world.sleep(world.random.between(3000, 15_000))
    heal()
  },
  /** Nobody hears anybody: then nothing is acknowledged, and nothing may be thrown away. */
  scatter: async (world: SimWorld) => {
    const heals = world.machines.map((machine) => world.network.isolate(machine))
    await world.sleep(world.random.between(3000, 40_000))
    for (const heal of world.random.shuffled(heals)) {
      heal()
      // Who comes back later than max.no.heartbeat after the majority did has been sent away.
      await world.sleep(world.random.pick([0, 0, 100, 1000]))
    }
  },
  pause: async (world: SimWorld, victims: readonly GridNode[]) => {
    await pause(world, victims, world.random.between(3000, 15_000))
  },
} as const

const cut = async (world: SimWorld, victims: readonly GridNode[], forMs: number) => {
  const inside = victims.map(({ node }) => node.machine)
  const outside = world.machines.filter((machine) => !inside.includes(machine))
  const heal = world.network.partition(inside, outside)
  await world.sleep(forMs)
  heal()
}

const pause = async (world: SimWorld, victims: readonly GridNode[], forMs: number) => {
  for (const { node } of victims) node.machine.pause()
  await world.sleep(forMs)
  for (const { node } of victims) node.machine.resume()
}

/** So many faults, one after the other, each begun when the grid is safe. */
export const disturb = async (
  world: SimWorld,
  nodes: readonly GridNode[],
  disturbance: Disturbance,
  times: number,
): Promise<void> => {
  const faults = { ...FAULTS, ...(disturbance.quorum ? LASTING : {}) }
  for (let left = times; left > 0; left -= 1) {
    await becomeSafe(world, nodes, disturbance.quorum)
    const kind = world.random.pick(Object.keys(faults) as (keyof typeof faults)[])
    const victims = drawVictims(world, nodes, disturbance)
    const names = victims.map(({ node }) => node.machine.name).join(' ')
    world.note(`fault: ${kind} ${names}`)
    await faults[kind]!(world, victims, nodes)
    world.note(`fault over: ${kind}`)
  }
}
