import type { FsyncPolicy } from '../../../members/grid/settings.ts'
import type { SimWorld } from '../host/index.ts'
import { expectConverged, expectLinearizable, expectNoLeaks } from './checker.ts'
import { type Clients, startClients } from './clients.ts'
import { type GridNode, liveGrids, startGridCluster, takeDown } from './cluster.ts'
import { becomeSafe } from './faults.ts'
import { keyValues, mapEntries } from './registers.ts'

const LOSSES = 3
/** So that logs are written anew all the time. */
const SHORT = { segmentBytes: 2000, logBytesMin: 4000 }

const keepingIn = (fsync: FsyncPolicy) => {
  const keeping = { folder: '/data/maps', fsync, fsyncIntervalMs: 100 }
  return { clusterName: 'dev', all: [keeping], of: () => keeping, note: () => {}, sizes: SHORT }
}

/** All machines lose their power at about the same time, and come back in any order. */
const losePower = async (world: SimWorld, nodes: readonly GridNode[]): Promise<void> => {
  const { random } = world
  const spreadMs = random.pick([0, 0, 5, 200])
  for (const node of random.shuffled(nodes)) {
    takeDown(node, () => node.node.machine.crash())
    await world.sleep(random.between(0, spreadMs))
  }
  await world.sleep(random.pick([0, 1000]))
  // All are there before those who wait for them go on without.
  const laterMs = random.pick([0, 100, 2000, 7000])
  for (const node of random.shuffled(nodes)) {
    node.node.machine.restart()
    await world.sleep(random.between(0, laterMs))
  }
}

/**
 * A grid whose every member keeps what it has loses the power of all machines again and again;
 * nothing acknowledged is lost. `fsync` other than always breaks that promise, for a test.
 */
export const losePowerAgainAndAgain = async (
  world: SimWorld,
  fsync: FsyncPolicy = 'always',
): Promise<Clients> => {
  const { random } = world
  const masters = 1 + random.integer(4)
  const backups = random.integer(3)
  const registers = random.pick([keyValues, mapEntries])
  const nodes = startGridCluster(world, {
    masters,
    structures: () => registers.structures({ backupCount: backups, asyncBackupCount: 0 }),
    keeping: keepingIn(fsync),
  })
  world.note(`${registers.name}, ${masters} masters, ${backups} backups`)
  await becomeSafe(world, nodes, false)
  const clients = startClients(world, nodes, { registers, clients: 3, keys: 8, pauseMaxMs: 200 })
  for (let left = LOSSES; left > 0; left -= 1) {
    await world.sleep(random.between(0, 5000))
    await losePower(world, nodes)
    if (random.chance(0.5)) await becomeSafe(world, nodes, false)
  }
  await becomeSafe(world, nodes, false)
  await clients.stop()
  await becomeSafe(world, nodes, false)
  for (const grid of liveGrids(nodes)) await clients.readAll(grid)
  expectLinearizable(clients)
  expectConverged(nodes)
  await expectNoLeaks(world, nodes)
  return clients
}
