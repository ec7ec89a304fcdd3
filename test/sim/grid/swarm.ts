import type { Structure } from '../../../members/grid/structures/structure.ts'
import type { SimWorld } from '../host/index.ts'
import { expectConverged, expectLinearizable, expectNoLeaks } from './checker.ts'
import { type Clients, startClients } from './clients.ts'
import { type GridNode, liveGrids, startGridCluster } from './cluster.ts'
import { becomeSafe, disturb } from './faults.ts'
import { keyValues, mapEntries } from './registers.ts'

/** A promise that is broken on purpose, to see that the simulation notices. */
export type PlantedBug = 'answers before the backup'

const withBug = (structure: Structure, bug: PlantedBug | undefined): Structure => {
  if (bug === undefined) return structure
  return {
    ...structure,
    createFragment: (context) => {
      const fragment = structure.createFragment(context)
      // All backups are told, none is waited for.
      return { ...fragment, backupCount: 0, asyncBackupCount: fragment.backupCount }
    },
  }
}

const check = async (
  world: SimWorld,
  nodes: readonly GridNode[],
  clients: Clients,
  quorum: boolean,
): Promise<void> => {
  await becomeSafe(world, nodes, quorum)
  await clients.stop()
  await becomeSafe(world, nodes, quorum)
  for (const grid of liveGrids(nodes)) await clients.readAll(grid)
  expectLinearizable(clients)
  // What nobody waits for may still be on its way.
  const isAllThere = (): boolean =>
    liveGrids(nodes).every((grid) => grid.statistics().unacknowledgedBytes === 0)
  await world.until('all backups have all', isAllThere, 5000)
  expectConverged(nodes)
  await expectNoLeaks(world, nodes)
}

/** A grid of two to five members under faults that the seed draws; nothing acknowledged is lost. */
export const swarm = async (world: SimWorld, bug?: PlantedBug): Promise<Clients> => {
  const { random } = world
  const masters = random.pick([2, 3, 3, 4, 5])
  const quorum = masters >= 3 && random.chance(0.5)
  const backupCount = Math.min(masters - 1, random.pick([1, 1, 2]))
  const asyncBackupCount = random.pick([0, 0, 1])
  const registers = bug === undefined ? random.pick([keyValues, keyValues, mapEntries]) : keyValues
  const nodes = startGridCluster(world, {
    masters,
    workers: random.pick([0, 0, 1]),
    quorum,
    structures: () =>
      registers
        .structures({ backupCount, asyncBackupCount })
        .map((structure) => withBug(structure, bug)),
  })
  world.note(
    `${registers.name}, ${masters} masters, quorum ${quorum}, backups ${backupCount}+${asyncBackupCount}`,
  )
  await becomeSafe(world, nodes, quorum)
  const clients = startClients(world, nodes, {
    registers,
    clients: 3,
    keys: random.pick([1, 3, 8]),
    pauseMaxMs: random.pick([5, 50, 200]),
  })
  await disturb(world, nodes, { lossesMax: backupCount, quorum }, 2)
  await check(world, nodes, clients, quorum)
  return clients
}
