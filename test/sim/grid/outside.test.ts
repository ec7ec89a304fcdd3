import { expect, test } from 'bun:test'
import { type ClientSettings, DEFAULT_CLIENT } from '../../../members/grid/client/settings.ts'
import { connectGrid } from '../../../members/grid/connect.ts'
import type { Grid } from '../../../members/grid/facade.ts'
import { type MemberGrid, openMemberGrid } from '../../../members/grid/memberGrid.ts'
import { DEFAULT_GRID } from '../../../members/grid/settings.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { type Machine, simulateSeeds, type SimWorld } from '../host/index.ts'
import { type Node, startCluster } from '../membership/cluster.ts'

const PARTITIONS = 11
const MASTERS = 3
const CLIENTS = 2
const FAULTS = 4
const WAIT_MS = 600_000

const SETTINGS: ClientSettings = {
  ...DEFAULT_CLIENT,
  clusterName: 'dev',
  secret: 'a secret',
  members: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  heartbeatIntervalMs: 1000,
  heartbeatTimeoutMs: 4000,
  retry: { ...DEFAULT_CLIENT.retry, clusterConnectTimeoutMs: Infinity },
}

/** What a client may be told: try again, or look whether it has happened. */
const MAY_BE_TOLD: readonly string[] = ['GRD-001', 'GRD-002', 'GRD-004', 'GRD-051', 'NET-004']

const startGrids = (world: SimWorld) => {
  const grids = new Map<Node, MemberGrid>()
  const nodes = startCluster(world, {
    masters: MASTERS,
    quorum: true,
    change: (settings) => ({ ...settings, partitionCount: PARTITIONS }),
    onMember: (node, member) => {
      const grid = openMemberGrid({
        host: node.machine.host,
        member,
        clusterName: 'dev',
        settings: { ...DEFAULT_GRID, partitionCount: PARTITIONS },
        leave: () => member.leave(),
      })
      grids.set(node, grid)
    },
  })
  const isSafe = (): boolean =>
    nodes.every(
      (node) =>
        node.machine.isUp &&
        node.member?.isSafe() === true &&
        grids.get(node)?.members().length === MASTERS &&
        grids.get(node)!.isClusterSafe(),
    )
  return { nodes, becomeSafe: () => world.until('safe', isSafe, WAIT_MS) }
}

/** What may happen between members, and between them and clients. */
const disturb = async (world: SimWorld, nodes: readonly Node[], desks: readonly Machine[]) => {
  const { random, network } = world
  const { machine } = random.pick(nodes)
  const desk = random.pick(desks)
  const act = random.pick(['kill', 'crash', 'pause', 'cut', 'reset', 'isolate'] as const)
  world.note(`${act} ${machine.name}`)
  switch (act) {
    case 'kill':
    case 'crash':
      machine[act]()
      await world.sleep(random.between(0, 9000))
      machine.restart()
      break
    case 'pause':
      machine.pause()
      await world.sleep(random.between(100, 9000))
      machine.resume()
      break
    case 'cut': {
      const heal = network.partition([desk], [machine])
      await world.sleep(random.between(100, 15_000))
      heal()
      break
    }
    case 'reset':
      network.resetConnections(desk, machine)
      break
    case 'isolate': {
      const heal = network.isolate(machine)
      await world.sleep(random.between(100, 15_000))
      heal()
      break
    }
  }
}

interface Kept {
  readonly key: string
  /** The last number that was acknowledged, and the last that was tried. */
  acknowledged: number
  tried: number
}

/** Counts up under one key, reads what it wrote, and notes what was acknowledged. */
const count = async (world: SimWorld, grid: Grid, kept: Kept, isOver: () => boolean) => {
  const map = grid.map<string, number>('m')
  while (!isOver()) {
    kept.tried += 1
    try {
      await map.set(kept.key, kept.tried)
      kept.acknowledged = kept.tried
      const found = await map.get(kept.key)
      if (found !== kept.acknowledged)
        throw new Error(`${kept.key} is ${found} after ${kept.tried}`)
    } catch (thrown) {
      if (!(thrown instanceof EngineError) || !MAY_BE_TOLD.includes(thrown.code)) throw thrown
    }
    await world.sleep(world.random.between(1, 100))
  }
}

const scenario = async (world: SimWorld): Promise<void> => {
  const { nodes, becomeSafe } = startGrids(world)
  await becomeSafe()
  const desks = Array.from({ length: CLIENTS }, (_, at) => world.machine(`desk-${at}`))
  const grids = await Promise.all(desks.map(({ host }) => connectGrid(host, SETTINGS)))
  let isOver = false
  const all: Kept[] = []
  const counting = grids.flatMap((grid, client) =>
    [1, 2, 3].map((at) => {
      const kept = { key: `key-${client}-${at}`, acknowledged: 0, tried: 0 }
      all.push(kept)
      return count(world, grid, kept, () => isOver)
    }),
  )
  const chaos = (async () => {
    for (let at = 0; at < FAULTS; at += 1) {
      await world.sleep(world.random.between(100, 2000))
      await disturb(world, nodes, desks)
      await becomeSafe()
    }
    isOver = true
  })()
  await Promise.all([chaos, ...counting])
  for (const grid of grids) {
    for (const { key, acknowledged, tried } of all) {
      const found = (await grid.map<string, number>('m').get(key)) ?? 0
      if (found < acknowledged || found > tried) {
        throw new Error(`${key} is ${found}: ${acknowledged} was acknowledged, ${tried} tried`)
      }
    }
    expect(grid.members().length).toBe(MASTERS)
    await grid.close()
  }
  // Members close their sides of the connections meanwhile.
  await world.sleep(2000)
  for (const desk of desks) expect(desk.leaks()).toEqual([])
}

test('clients lose nothing that was acknowledged, whatever happens to members and lines', async () => {
  const { seeds } = await simulateSeeds(30, scenario)
  expect(seeds).toBeGreaterThan(0)
}, 300_000)
