import { describe, expect, test } from 'bun:test'
import type { MigrationEvent } from '../../../members/grid/table/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { isSettled, expectBalance } from './checker.ts'
import { PARTITIONS, startTables, type TableCluster, type TableOptions } from './nodes.ts'

const SILENT = { onRow: () => {}, onReport: () => {} }

const start = async (
  world: SimWorld,
  options: Partial<TableOptions> = {},
): Promise<TableCluster> => {
  const given = { masters: 3, copies: 1, delayMaxMs: 1, ...SILENT, ...options }
  const cluster = startTables(world, given)
  await world.until('settled', () => isSettled(cluster), 10_000)
  return cluster
}

const masterOf = (cluster: TableCluster) =>
  cluster.live().find(({ member }) => member.isActiveMaster())!

describe('the table of a cluster', () => {
  test('is shared, held by workers too, and settles within a second', () =>
    simulate(1, async (world) => {
      const cluster = await start(world, { workers: 1 })
      expect(world.nowMs()).toBeLessThan(1000)
      expectBalance(cluster, 1)
      const worker = cluster.live().find(({ member }) => member.self.role === 'worker')!
      expect(worker.table.isSafe()).toBe(true)
      await worker.table.leave()
    }))

  test('gets more replicas when a member asks for them, also after the master is gone', () =>
    simulate(2, async (world) => {
      const cluster = await start(world, { masters: 4 })
      const other = cluster.live().find(({ member }) => !member.isActiveMaster())!
      other.table.needCopies(2)
      await world.until('raised', () => other.table.row(0)!.replicas.length === 3, 1000)
      await world.until('settled', () => isSettled(cluster), 1000)
      expectBalance(cluster, 2)
      const { machine } = masterOf(cluster).node
      machine.kill()
      machine.restart()
      await world.until('settled anew', () => isSettled(cluster), 10_000)
      expectBalance(cluster, 2)
    }))

  test('counts a report again that only the dead master had heard', () =>
    simulate(3, async (world) => {
      const cluster = await start(world)
      const { machine, member } = masterOf(cluster).node
      machine.kill()
      await world.until(
        'taken over and in sync',
        () =>
          cluster.live().every(({ table }) => table.isSafe()) &&
          cluster.live().every((one) => one.member.epoch() > member!.epoch()),
        10_000,
      )
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const { replicas } = cluster.live()[0]!.table.row(partition)!
        expect(replicas).toHaveLength(2)
        expect(replicas).not.toContain(member!.self.id)
      }
    }))

  test('lets a member go once it owns nothing, the master too', () =>
    simulate(4, async (world) => {
      const cluster = await start(world)
      for (let left = 3; left > 1; left -= 1) {
        const { node, member, table } = masterOf(cluster)
        const { id } = member.self
        await table.leave()
        const rows = Array.from({ length: PARTITIONS }, (_, at) => table.row(at)!)
        expect(rows.some(({ replicas }) => replicas.includes(id))).toBe(false)
        node.member = undefined
        table.close()
        await member.leave()
        await world.until(
          'one fewer',
          () => cluster.live()[0]!.member.members().length < left,
          2000,
        )
      }
      const [last] = cluster.live()
      await last!.table.leave()
      expect(last!.table.row(0)!.replicas).toEqual([last!.member.self.id])
    }))

  test('tells all members of migrations and of lost partitions', () =>
    simulate(5, async (world) => {
      const cluster = await start(world, { masters: 3, copies: 0 })
      const lost: number[] = []
      const moved: MigrationEvent[] = []
      const victim = cluster.live().find(({ member }) => !member.isActiveMaster())!
      const witness = cluster
        .live()
        .find(({ member }) => !member.isActiveMaster() && member !== victim.member)!
      const { table, member } = witness
      const gone = Array.from({ length: PARTITIONS }, (_, at) => at).filter((at) =>
        table.row(at)!.replicas.includes(victim.member.self.id),
      )
      table.onPartitionLost(({ partition }) => lost.push(partition))
      table.onMigration((event) => moved.push(event))
      victim.node.machine.kill()
      await world.until('lost', () => lost.length === gone.length, 10_000)
      expect(lost).toEqual(gone)
      victim.node.machine.restart()
      await world.until('settled anew', () => isSettled(cluster), 10_000)
      const completed = moved.filter(({ kind }) => kind === 'completed')
      expect(completed.length).toBeGreaterThan(PARTITIONS / 4)
      for (const { partition, to } of completed) {
        expect(table.row(partition)!.replicas).toEqual([...to])
        expect(to).not.toContain(member.self.id)
      }
    }))
})
