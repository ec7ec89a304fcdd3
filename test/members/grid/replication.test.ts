import { describe, expect, test } from 'bun:test'
import { ByteSink } from '../../../members/grid/bytes/index.ts'
import { createGrid, type GridCore } from '../../../members/grid/start.ts'
import { simulate, type SimWorld } from '../../sim/host/index.ts'
import { createKeyValue, KEY_VALUE, OPERATIONS, readOptional } from '../../sim/grid/keyValue.ts'
import { isWhole, startCluster } from '../../sim/membership/cluster.ts'
import { createFixedTable } from './fixedTable.ts'

const PARTITIONS = 3

const started = async (world: SimWorld, masters: number, backupCount: number) => {
  const nodes = startCluster(world, { masters })
  await world.until('whole', () => isWhole(nodes), 5000)
  const tables = nodes.map(() => createFixedTable(PARTITIONS))
  const grids: GridCore[] = nodes.map(({ machine, member }, at) =>
    createGrid({
      host: machine.host,
      member: member!,
      table: tables[at]!.table,
      structures: [createKeyValue(backupCount)],
    }),
  )
  const ids = nodes.map(({ member }) => member!.self.id)
  return { nodes, tables, grids, ids }
}

const argumentsOf = (key: string, value?: string): Uint8Array => {
  const sink = new ByteSink()
  sink.text(key)
  if (value !== undefined) sink.text(value)
  return sink.copy()
}

const put = async (grid: GridCore, partition: number, key: string, value: string) =>
  readOptional(
    await grid.invoker.invoke({
      serviceId: KEY_VALUE,
      operation: OPERATIONS.put,
      name: 'a',
      partition,
      arguments: argumentsOf(key, value),
      isIdempotent: true,
    }),
  )

const get = async (grid: GridCore, partition: number, key: string) =>
  readOptional(
    await grid.invoker.invoke({
      serviceId: KEY_VALUE,
      operation: OPERATIONS.get,
      name: 'a',
      partition,
      arguments: argumentsOf(key),
      isIdempotent: true,
    }),
  )

describe('one member', () => {
  test('answers itself', () =>
    simulate(1, async (world) => {
      const { grids, tables, ids } = await started(world, 1, 1)
      tables[0]!.table.adopt(0, { version: 1, replicas: [ids[0]!], next: undefined })
      expect(await put(grids[0]!, 0, 'k', 'v')).toBeUndefined()
      expect(await put(grids[0]!, 0, 'k', 'w')).toBe('v')
      expect(await get(grids[0]!, 0, 'k')).toBe('w')
      expect(tables[0]!.inSync.get(0)).toBe(1)
    }))
})

describe('several members', () => {
  test('hold what was acknowledged', () =>
    simulate(2, async (world) => {
      const { grids, tables, ids } = await started(world, 3, 1)
      const row = { version: 1, replicas: [ids[0]!, ids[1]!], next: undefined }
      for (const { table } of tables) table.adopt(0, row)
      expect(await put(grids[2]!, 0, 'k', 'v')).toBeUndefined()
      expect(await get(grids[1]!, 0, 'k')).toBe('v')
      expect(grids[1]!.sizes()[0]).toMatchObject({ backupEntries: 1 })
      expect(grids[2]!.sizes()).toEqual([])
      await world.until('in sync', () => tables[0]!.inSync.get(0) === 1, 1000)
      // The backup takes over, a new one is filled.
      const promoted = { version: 2, replicas: [ids[1]!, ids[2]!], next: undefined }
      for (const { table } of tables) table.adopt(0, promoted)
      expect(await get(grids[0]!, 0, 'k')).toBe('v')
      await world.until('in sync', () => tables[1]!.inSync.get(0) === 2, 1000)
      expect(grids[2]!.sizes()[0]).toMatchObject({ backupEntries: 1 })
      expect(grids[0]!.sizes()[0]).toMatchObject({ backupEntries: 0 })
    }))
})
