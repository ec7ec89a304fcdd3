import { EngineError } from '../../../runtime/errors/index.ts'
import {
  columnIndex,
  formatText,
  rowText,
  selectRows,
  valueAt,
  type Batch,
} from '../../../runtime/rows/index.ts'
import { behind } from './dialects/statements.ts'
import type { Session } from './session.ts'
import type { ReadTable } from './sourceTables.ts'

/**
 * Where reading goes on within a split. Rows come in the order of the table's key where one is
 * known: `after` is the last key. Else the statement is run again and `skip` rows are left out, of
 * which the last must still be `last`: if it is not, the rows have changed and reading fails.
 */
export type SplitPosition =
  | { readonly kind: 'after'; readonly after: readonly string[] }
  | { readonly kind: 'skip'; readonly skip: number; readonly last: string }

/** The position behind the last row of a batch. */
export const positionBehind = (
  table: ReadTable,
  before: SplitPosition | null,
  batch: Batch,
): SplitPosition => {
  // Alone, so that the texts of the other rows need not be decoded.
  const last = selectRows(batch, Int32Array.of(batch.rowCount - 1), 1)
  if (table.keys.length === 0) {
    const skipped = before?.kind === 'skip' ? before.skip : 0
    return { kind: 'skip', skip: skipped + batch.rowCount, last: rowText(last, 0) }
  }
  const after = table.keys.map((key) => {
    const index = columnIndex(table.schema, key)
    return formatText(table.schema.columns[index]!.type, valueAt(last.columns[index]!, 0))
  })
  return { kind: 'after', after }
}

/** The condition for the rows behind a position; empty where the position is a number of rows. */
export const positionCondition = (
  { dialect }: Session,
  table: ReadTable,
  position: SplitPosition | null,
): string => {
  if (position?.kind !== 'after') return ''
  const literals = table.keys.map((key, index) => {
    const { type } = table.schema.columns[columnIndex(table.schema, key)]!
    return dialect.literal(type, position.after[index]!)
  })
  return behind(
    table.keys.map((key) => `q.${dialect.quote(key)}`),
    literals,
  )
}

/** The rows to leave out: all but the last one before the position, which is compared. */
export const skippedRows = (position: SplitPosition | null): number =>
  position?.kind === 'skip' ? position.skip - 1 : 0

/** A batch without its first row, which must be `expected`; undefined when that was all. */
export const withoutFirst = (
  table: ReadTable,
  batch: Batch,
  expected: string,
): Batch | undefined => {
  if (rowText(batch, 0) !== expected) throw changedRows(table)
  const count = batch.rowCount - 1
  if (count === 0) return undefined
  return selectRows(
    batch,
    Int32Array.from({ length: count }, (_, row) => row + 1),
    count,
  )
}

export const changedRows = (table: ReadTable): EngineError =>
  new EngineError(
    'JDB-009',
    `The rows of ${table.schema.path} before the saved position are not the same any more, so ` +
      'reading cannot go on without losing or doubling rows.',
  )
