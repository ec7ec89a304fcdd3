import { assert } from '../errors/index.ts'
import type { TableSchema } from './schema.ts'
import { RowKind, type Value } from './values.ts'
import { vectorOf } from './vectorBuilder.ts'
import { gather, valueAt, type Vector } from './vectors.ts'

/** The usual number of rows in a batch: enough to make the cost a batch vanish, few enough to be quick. */
export const BATCH_ROWS = 1024

/** Rows of one table, as columns. Frozen by convention: an operator makes a new one. */
export interface Batch {
  readonly table: TableSchema
  readonly rowCount: number
  /** One vector a column of `table`, each of `rowCount` rows. */
  readonly columns: readonly Vector[]
  /** A RowKind a row, or null when every row is an insert. */
  readonly kinds: Uint8Array | null
}

export const batchOf = (
  table: TableSchema,
  columns: readonly Vector[],
  rowCount: number,
  kinds: Uint8Array | null = null,
): Batch => {
  assert(columns.length === table.columns.length, 'a batch has a vector for each column')
  return { table, rowCount, columns, kinds }
}

/** A batch of rows given as arrays of values in column order. */
export const batchOfRows = (
  table: TableSchema,
  rows: readonly (readonly Value[])[],
  kinds: readonly RowKind[] | null = null,
): Batch => {
  const columns = table.columns.map((column, index) =>
    vectorOf(
      column.type,
      rows.map((row) => row[index] ?? null),
    ),
  )
  const allInserts = kinds === null || kinds.every((kind) => kind === RowKind.insert)
  return batchOf(table, columns, rows.length, allInserts ? null : Uint8Array.from(kinds))
}

/** The values of one row in column order. For borders and rare rows. */
export const rowAt = (batch: Batch, row: number): Value[] =>
  batch.columns.map((vector) => valueAt(vector, row))

export const kindAt = (batch: Batch, row: number): RowKind =>
  batch.kinds === null ? RowKind.insert : (batch.kinds[row] as RowKind)

/** The rows at `indices[0..count)`, which ascend; the batch itself when that is all of them. */
export const selectRows = (batch: Batch, indices: Int32Array, count: number): Batch => {
  if (count === batch.rowCount) return batch
  return {
    table: batch.table,
    rowCount: count,
    columns: batch.columns.map((vector) => gather(vector, indices, count)),
    kinds: gatherKinds(batch.kinds, indices, count),
  }
}

const gatherKinds = (
  kinds: Uint8Array | null,
  indices: Int32Array,
  count: number,
): Uint8Array | null => {
  if (kinds === null) return null
  const gathered = new Uint8Array(count)
  for (let row = 0; row < count; row += 1) gathered[row] = kinds[indices[row]!]!
  return gathered
}
