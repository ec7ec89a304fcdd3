import { EngineError } from '../../runtime/errors/index.ts'
import { partitionBatch } from '../../runtime/exchange/index.ts'
import type { Partitioner } from '../../runtime/isolate/index.ts'
import { columnIndex, type TableSchema } from '../../runtime/rows/index.ts'
import type { Edge } from '../plan/index.ts'

/** How the rows of an edge are spread over the instances of its target. */
export const partitionerOf = (
  partitioning: Edge['partitioning'],
  parallelism: number,
): Partitioner => {
  switch (partitioning.kind) {
    case 'keyed':
      return keyedPartitioner(partitioning.columns, parallelism)
    case 'broadcast':
      return (batch) => new Array<typeof batch>(parallelism).fill(batch)
    case 'rebalance':
      return rebalancePartitioner(parallelism)
    case 'forward':
      throw new Error('A forward edge stays in its instance')
    default:
      return partitioning satisfies never
  }
}

/** Whole batches in turn: rows stay together. */
const rebalancePartitioner = (parallelism: number): Partitioner => {
  let turn = 0
  return (batch) => {
    turn = (turn + 1) % parallelism
    return Array.from({ length: parallelism }, (_, instance) => (instance === turn ? batch : null))
  }
}

const keyedPartitioner = (names: readonly string[], parallelism: number): Partitioner => {
  const columnsOf = new Map<TableSchema, readonly number[]>()
  return (batch) => {
    let columns = columnsOf.get(batch.table)
    if (columns === undefined) {
      columns = names.map((name) => keyColumn(batch.table, name))
      columnsOf.set(batch.table, columns)
    }
    return partitionBatch(batch, columns, parallelism)
  }
}

const keyColumn = (table: TableSchema, name: string): number => {
  const index = columnIndex(table, name)
  if (index === -1) {
    throw new EngineError('PLN-001', `The key column ${name} is not in table ${table.path}.`)
  }
  return index
}
