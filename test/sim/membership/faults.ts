import type { Heal, SimWorld } from '../host/index.ts'
import type { Node } from './cluster.ts'

/** Which faults a run may have: each seed draws its own mix, so that rare mixes come up too. */
export interface FaultMix {
  readonly kinds: readonly FaultKind[]
  readonly pauseMinMs: number
  readonly pauseMaxMs: number
}

const FAULTS = {
  kill: (_world: SimWorld, node: Node) => node.machine.kill(),
  crash: (_world: SimWorld, node: Node) => node.machine.crash(),
  restart: (_world: SimWorld, node: Node) => {
    if (!node.machine.isUp) node.machine.restart()
  },
  pause: (_world: SimWorld, node: Node) => node.machine.pause(),
  resume: (_world: SimWorld, node: Node) => node.machine.resume(),
  leave: (_world: SimWorld, node: Node) => {
    if (node.machine.isUp) void node.member?.leave()
    node.member = undefined
  },
  clockJump: ({ random }: SimWorld, node: Node) =>
    node.machine.clock.jump(random.between(-7_200_000, 7_200_000)),
  clockDrift: ({ random }: SimWorld, node: Node) =>
    node.machine.clock.drift(random.between(-500, 500)),
  resetConnections: (world: SimWorld, node: Node) =>
    world.network.resetConnections(node.machine, world.random.pick(world.machines)),
  cut: (world: SimWorld) => {
    const [left, right] = sides(world)
    return world.network.partition(left, right)
  },
  cutOneWay: (world: SimWorld) => {
    const [left, right] = sides(world)
    return world.network.block(left, right)
  },
  cutPair: (world: SimWorld, node: Node) =>
    world.network.partition([node.machine], [world.random.pick(world.machines)]),
  cutPairOneWay: (world: SimWorld, node: Node) =>
    world.network.block([node.machine], [world.random.pick(world.machines)]),
  heal: (world: SimWorld) => world.network.heal(),
  loss: (world: SimWorld) => world.network.setDefaults({ lossRate: world.random.between(0, 0.2) }),
  delay: (world: SimWorld) =>
    world.network.setDefaults({ delayMaxMs: world.random.between(1, 300) }),
  swizzle: (world: SimWorld) => {
    void world.network.swizzleClog(world.random.between(1000, 8000))
  },
} as const satisfies Record<string, (world: SimWorld, node: Node) => unknown>

type FaultKind = keyof typeof FAULTS

const KINDS = Object.keys(FAULTS) as FaultKind[]
/** Faults that end others are in every mix. */
const REPAIRS: readonly FaultKind[] = ['restart', 'resume', 'heal']

const sides = ({ random, machines }: SimWorld) => {
  const shuffled = random.shuffled(machines)
  const size = 1 + random.integer(Math.max(1, shuffled.length - 1))
  return [shuffled.slice(0, size), shuffled.slice(size)] as const
}

export const drawMix = ({ random }: SimWorld): FaultMix => ({
  kinds: [...KINDS.filter((kind) => REPAIRS.includes(kind) || random.chance(0.4)), ...REPAIRS],
  pauseMinMs: random.pick([50, 500, 1500]),
  pauseMaxMs: random.pick([1600, 4000, 9000]),
})

/** Faults for `durationMs`, one after the other. */
export const disturb = async (
  world: SimWorld,
  nodes: readonly Node[],
  mix: FaultMix,
  durationMs: number,
): Promise<void> => {
  const { random } = world
  const endMs = world.nowMs() + durationMs
  while (world.nowMs() < endMs) {
    const kind = random.pick(mix.kinds)
    const node = random.pick(nodes)
    world.note(`fault: ${kind} ${node.machine.name}`)
    FAULTS[kind](world, node) satisfies Heal | number | Promise<void> | void | undefined
    await world.sleep(random.between(mix.pauseMinMs, mix.pauseMaxMs))
  }
}

/** Ends all faults: from now on the cluster must become whole. */
export const repair = (world: SimWorld, nodes: readonly Node[]): void => {
  world.note('all faults end')
  world.network.heal()
  world.network.setDefaults({ lossRate: 0, delayMaxMs: 1 })
  for (const { machine, member } of nodes) {
    machine.resume()
    machine.clock.drift(0)
    // A member that has left keeps its machine: it is started again as an operator would.
    if (machine.isUp && member === undefined) machine.kill()
    if (!machine.isUp) machine.restart()
  }
}
