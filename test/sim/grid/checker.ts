import { expect } from 'bun:test'
import type { GridCore } from '../../../members/grid/start.ts'
import { holdersOf } from '../../../members/grid/table/index.ts'
import type { SimWorld } from '../host/index.ts'
import { type GridNode, liveGrids } from './cluster.ts'
import type { Clients } from './clients.ts'
import { explain } from './history.ts'

/** The acknowledged operations can be put in one order for every key. */
export const expectLinearizable = ({ histories }: Clients): void => {
  const problems = [...histories].flatMap(([key, history]) => explain(key, history) ?? [])
  expect(problems.join('\n')).toBe('')
}

const idOf = (node: GridNode): string => node.node.member!.self.id

const differences = (nodes: readonly GridNode[]): string[] => {
  const running = nodes.filter(({ node }) => node.machine.isUp)
  const byId = new Map(running.map((node) => [idOf(node), node.grid!]))
  const found: string[] = []
  const partitions = running[0]!.grid!.table.partitionCount
  for (let id = 0; id < partitions; id += 1) {
    const rows = new Set(liveGrids(nodes).map(({ table }) => JSON.stringify(table.row(id))))
    if (rows.size !== 1) found.push(`members disagree about partition ${id}: ${[...rows].join()}`)
    const row = running[0]!.grid!.table.row(id)!
    const owners = running.filter(({ grid }) => grid!.registry.partitions[id]!.isPrimary)
    if (owners.length !== 1 || idOf(owners[0]!) !== row.replicas[0]) {
      found.push(`partition ${id} is served by ${owners.map(idOf).join(' and ')}`)
    }
    for (const [named, held] of byId.get(row.replicas[0]!)!.registry.partitions[id]!.held) {
      if (held.sequence === 0) continue
      const { backupCount, asyncBackupCount } = held.fragment
      const holders = holdersOf(row, backupCount + asyncBackupCount)
      for (const [memberId, grid] of byId) {
        const other = fragmentAt(grid, named.structure.serviceId, named.name, id)
        const name = `${named.name} of partition ${id} at ${memberId}`
        if (holders.includes(memberId) !== (other !== undefined)) {
          found.push(`${name} is ${other === undefined ? 'missing' : 'too much'}`)
        } else if (other !== undefined && other.digest() !== held.fragment.digest()) {
          found.push(`${name} differs from the primary's`)
        }
      }
    }
  }
  return found
}

const fragmentAt = (grid: GridCore, serviceId: number, name: string, partition: number) =>
  grid.registry.find(serviceId, name)?.held[partition]?.fragment

/** One owner for each partition, and backups that are byte for byte what the owner has. */
export const expectConverged = (nodes: readonly GridNode[]): void => {
  expect(differences(nodes)).toEqual([])
}

/** After all grids and members have gone nothing is held any more. */
export const expectNoLeaks = async (world: SimWorld, nodes: readonly GridNode[]): Promise<void> => {
  for (const { grid, node } of nodes) {
    await grid?.close()
    await node.member?.leave()
  }
  await world.sleep(10_000)
  for (const { node } of nodes) expect(node.machine.leaks()).toEqual([])
}
