import { expect } from 'bun:test'
import type { SimWorld } from '../host/index.ts'
import { expectNoLeaks } from '../membership/checker.ts'
import { disturb, drawMix, repair } from '../membership/faults.ts'
import { createTableChecker, expectBalance, isSettled, printTable } from './checker.ts'
import { startTables, type TableCluster } from './nodes.ts'

const SLICES = 4
const SLICE_MS = 3000
const SETTLED_WITHIN_MS = 120_000
/** An operator who does not wait for ever. */
const LEAVE_WITHIN_MS = 5000

/** Hands over and goes; whoever is not done in time goes as it is. */
const leaveGracefully = async (world: SimWorld, cluster: TableCluster): Promise<void> => {
  const live = cluster.live()
  if (live.length === 0) return
  const { node, member, table } = world.random.pick(live)
  world.note(`${node.machine.name} leaves in good order`)
  await Promise.race([table.leave(), world.sleep(LEAVE_WITHIN_MS)])
  if (node.member !== member || !node.machine.isUp) return
  node.member = undefined
  table.close()
  // A machine that goes down meanwhile never answers.
  await Promise.race([member.leave(), world.sleep(LEAVE_WITHIN_MS)])
}

/** Tables of members that are over. */
const closeOver = (cluster: TableCluster): void => {
  for (const { node, member, table } of cluster.all) if (node.member !== member) table.close()
}

const expectSettled = async (world: SimWorld, cluster: TableCluster): Promise<void> => {
  try {
    await world.until('settled', () => isSettled(cluster), SETTLED_WITHIN_MS)
  } catch (thrown) {
    for (const one of cluster.live()) world.note(printTable(one))
    throw thrown
  }
}

/** Members with tables under faults that the seed draws; then all tables have to become one. */
export const swarm = async (world: SimWorld, reportsEarly = false): Promise<void> => {
  const { random } = world
  const masters = 1 + random.integer(6)
  const workers = random.pick([0, 0, 1, 2])
  const quorum = masters >= 3 && random.chance(0.6)
  const copies = random.pick([0, 1, 1, 2, 6])
  const checker = createTableChecker(world, quorum)
  const cluster = startTables(world, {
    masters,
    workers,
    quorum,
    copies,
    delayMaxMs: random.pick([1, 50, 400]),
    reportsEarly,
    onRow: checker.onRow,
    onReport: checker.onReport,
  })
  world.note(`${masters} masters, ${workers} workers, quorum ${quorum}, ${copies} copies`)
  await world.sleep(random.pick([0, 500, 3000]))
  const mix = drawMix(world)
  for (let slice = 0; slice < SLICES; slice += 1) {
    const leaving = random.chance(0.3) ? leaveGracefully(world, cluster) : undefined
    await disturb(world, cluster.nodes, mix, SLICE_MS)
    await leaving
    closeOver(cluster)
    expect(checker.problem()).toBeUndefined()
  }
  repair(world, cluster.nodes)
  await expectSettled(world, cluster)
  expectBalance(cluster, copies)
  expect(checker.problem()).toBeUndefined()
  for (const { table } of cluster.all) table.close()
  await expectNoLeaks(world, cluster.nodes)
}
