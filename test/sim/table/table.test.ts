import { expect, test } from 'bun:test'
import type { PartitionTable } from '../../../members/grid/table/index.ts'
import { simulate } from '../host/index.ts'
import { isWhole, startCluster } from '../membership/cluster.ts'
import { startTable } from './nodes.ts'

test('three masters and a worker share the partitions', () =>
  simulate(1, async (world) => {
    const tables: PartitionTable[] = []
    const nodes = startCluster(world, { masters: 3, workers: 1, quorum: true })
    await world.until('formed', () => isWhole(nodes), 2000)
    for (const { machine, member } of nodes) {
      tables.push(startTable(machine.host!, member!, 1, 5))
    }
    await world.until('safe', () => tables.every((table) => table.isSafe()), 10_000)
    world.note('x')
    expect(tables[3]!.row(0)).toEqual(tables[0]!.row(0)!)
  }))
