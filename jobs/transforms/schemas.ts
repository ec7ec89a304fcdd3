import { EngineError, nearest } from '../../runtime/errors/index.ts'
import {
  columnIndex,
  type Batch,
  type Column,
  type TableSchema,
  type Vector,
} from '../../runtime/rows/index.ts'

/** The index of a column; TRF-001 with the nearest name when the table has none of that name. */
export const requireColumn = (table: TableSchema, name: string, transform: string): number => {
  const index = columnIndex(table, name)
  if (index >= 0) return index
  const names = table.columns.map((column) => column.name)
  const close = nearest(name, names)
  const advice = close === undefined ? `It has ${names.join(', ')}.` : `Did you mean "${close}"?`
  throw new EngineError(
    'TRF-001',
    `${transform}: the table "${table.path}" has no column "${name}". ${advice}`,
  )
}

/** Refuses a table with two columns of one name. */
export const requireDistinct = (columns: readonly Column[], transform: string): void => {
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw new EngineError('TRF-002', `${transform} would yield two columns named "${name}".`)
    }
    seen.add(name)
  }
}

/**
 * The table with other columns. `origins` holds for each the index of the input column that it
 * passes on, else -1. A key stays, under the new names, when all its columns are passed on.
 */
export const withColumns = (
  table: TableSchema,
  columns: readonly Column[],
  origins: readonly number[],
): TableSchema => {
  const { primaryKey, constraintKeys, ...rest } = table
  const renamed = (name: string): string | undefined =>
    columns[origins.indexOf(columnIndex(table, name))]?.name
  const keyNames = primaryKey?.columnNames.map(renamed) ?? []
  const constraints = (constraintKeys ?? []).flatMap((key) => {
    const parts = key.columns.map((part) => ({ ...part, name: renamed(part.name) }))
    return parts.some((part) => part.name === undefined)
      ? []
      : [{ ...key, columns: parts as typeof key.columns }]
  })
  return {
    ...rest,
    columns,
    ...(primaryKey === undefined || keyNames.includes(undefined)
      ? {}
      : { primaryKey: { ...primaryKey, columnNames: keyNames as string[] } }),
    ...(constraints.length === 0 ? {} : { constraintKeys: constraints }),
  }
}

/** The batch as rows of `table`, with these columns. */
export const rebuilt = (batch: Batch, table: TableSchema, columns: readonly Vector[]): Batch => ({
  table,
  rowCount: batch.rowCount,
  columns,
  kinds: batch.kinds,
})

/** A transform that only picks input columns, in the order of `origins`. */
export const picking = (
  table: TableSchema,
  columns: readonly Column[],
  origins: readonly number[],
) => {
  const output = withColumns(table, columns, origins)
  return {
    outputs: [output],
    apply: (batch: Batch, emit: (batch: Batch) => void): void =>
      emit(
        rebuilt(
          batch,
          output,
          origins.map((origin) => batch.columns[origin]!),
        ),
      ),
  }
}

/** A table with more columns; see `adding`. */
export interface Addition {
  readonly output: TableSchema
  /** The batch with the vectors of the added columns, in the order that these were given. */
  readonly build: (batch: Batch, added: readonly Vector[]) => Batch
}

/** The table with `added` columns at its end; one that has the name of a column replaces it. */
export const adding = (
  table: TableSchema,
  added: readonly Column[],
  transform: string,
): Addition => {
  requireDistinct(added, transform)
  const columns = [...table.columns]
  const targets = added.map((column) => {
    const existing = columnIndex(table, column.name)
    const target = existing === -1 ? columns.length : existing
    columns[target] = column
    return target
  })
  const origins = columns.map((_, index) => (targets.includes(index) ? -1 : index))
  const output = withColumns(table, columns, origins)
  const build = (batch: Batch, vectors: readonly Vector[]): Batch => {
    const all = [...batch.columns]
    for (const [index, target] of targets.entries()) all[target] = vectors[index]!
    return rebuilt(batch, output, all)
  }
  return { output, build }
}

/** A transform that passes rows on as rows of `table`, which has the same columns. */
export const relabelling = (table: TableSchema) => ({
  outputs: [table],
  apply: (batch: Batch, emit: (batch: Batch) => void): void => emit({ ...batch, table }),
})
