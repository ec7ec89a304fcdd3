import type { BackupSettings } from '../../../members/grid/settings.ts'
import type { Structure } from '../../../members/grid/structures/structure.ts'
import type { SimWorld } from '../host/index.ts'
import { expectConverged, expectLinearizable, expectNoLeaks } from './checker.ts'
import { startClients } from './clients.ts'
import { type GridNode, liveGrids, startGridCluster } from './cluster.ts'
import { becomeSafe, disturb } from './faults.ts'
import { keyValues, mapEntries } from './registers.ts'
import { sharedStructures, startSharers } from './sharers.ts'

/** A promise that is broken on purpose, to see that the simulation notices. */
export type PlantedBug = 'answers before the backup'

/** Those who use a grid while faults happen. */
interface Population {
  readonly name: string
  /** What they use, as a member has it; new at every boot. */
  structures(backups: BackupSettings): Structure[]
  start(world: SimWorld, nodes: readonly GridNode[]): Users
}

interface Users {
  stop(): Promise<void>
  /** Looks at what is left, and compares it with what was acknowledged. */
  check(nodes: readonly GridNode[]): Promise<void>
}

const withRegisters = (registers: typeof keyValues): Population => ({
  name: registers.name,
  structures: (backups) => registers.structures(backups),
  start: (world, nodes) => {
    const clients = startClients(world, nodes, {
      registers,
      clients: 3,
      keys: world.random.pick([1, 3, 8]),
      pauseMaxMs: world.random.pick([5, 50, 200]),
    })
    return {
      stop: () => clients.stop(),
      check: async () => {
        for (const grid of liveGrids(nodes)) await clients.readAll(grid)
        expectLinearizable(clients)
      },
    }
  },
})

const sharing: Population = {
  name: 'queue, lock and counter',
  structures: sharedStructures,
  start: (world, nodes) => {
    const sharers = startSharers(world, nodes, 4)
    return {
      stop: () => sharers.stop(),
      check: () => sharers.check(nodes.find(({ grid }) => grid !== undefined)!),
    }
  },
}

const POPULATIONS = [
  withRegisters(keyValues),
  withRegisters(keyValues),
  withRegisters(mapEntries),
  sharing,
]

const withBug = (structure: Structure): Structure => ({
  ...structure,
  createFragment: (context) => {
    const fragment = structure.createFragment(context)
    // All backups are told, none is waited for.
    return { ...fragment, backupCount: 0, asyncBackupCount: fragment.backupCount }
  },
})

/** A grid of two to five members under faults that the seed draws; nothing acknowledged is lost. */
export const swarm = async (world: SimWorld, bug?: PlantedBug): Promise<void> => {
  const { random } = world
  const masters = random.pick([2, 3, 3, 4, 5])
  // What is left in doubt by long cuts makes many orders possible: too many to rule out.
  const quorum = bug === undefined && masters >= 3 && random.chance(0.5)
  const backupCount = Math.min(masters - 1, random.pick([1, 1, 2]))
  const asyncBackupCount = random.pick([0, 0, 1])
  const population = bug === undefined ? random.pick(POPULATIONS) : withRegisters(keyValues)
  const nodes = startGridCluster(world, {
    masters,
    workers: random.pick([0, 0, 1]),
    quorum,
    backups: { backupCount, asyncBackupCount },
    structures: () => {
      const structures = population.structures({ backupCount, asyncBackupCount })
      return bug === undefined ? structures : structures.map(withBug)
    },
  })
  const backups = `${backupCount}+${asyncBackupCount}`
  world.note(`${population.name}, ${masters} masters, quorum ${quorum}, backups ${backups}`)
  await becomeSafe(world, nodes, quorum)
  const users = population.start(world, nodes)
  await disturb(world, nodes, { lossesMax: backupCount, quorum }, 2)
  await becomeSafe(world, nodes, quorum)
  await users.stop()
  await becomeSafe(world, nodes, quorum)
  await users.check(nodes)
  // The first use of a structure may have asked for more copies.
  await becomeSafe(world, nodes, quorum)
  // What nobody waits for may still be on its way.
  const isAllThere = (): boolean =>
    liveGrids(nodes).every((grid) => grid.statistics().unacknowledgedBytes === 0)
  await world.until('all backups have all', isAllThere, 5000)
  expectConverged(nodes)
  await expectNoLeaks(world, nodes)
}
