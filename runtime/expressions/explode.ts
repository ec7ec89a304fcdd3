import { EngineError } from '../errors/index.ts'
import {
  formatType,
  gather,
  vectorOf,
  type Batch,
  type Column,
  type ObjectVector,
  type TableSchema,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { compile } from './compile.ts'
import type { Compiled, Scope } from './compiled.ts'
import type { LateralView } from './syntax/tree.ts'

/** LATERAL VIEW EXPLODE: a row becomes one row for each item of an array. */
export interface Explode {
  /** The columns of the result: those projected, and one more for each new alias. */
  readonly columns: readonly Column[]
  /** `input` is what the query read and `projected` what it selected, row for row. */
  apply(input: Batch, projected: Batch): Batch | null
}

interface View {
  readonly array: Compiled
  readonly outer: boolean
  /** Where the items go: the column of that name, else a new one. */
  readonly target: number
  readonly column: Column
}

/**
 * Views apply in order, after the projection; each sees the selected columns, the aliases before
 * it, and the input columns. An alias that is a selected column replaces it. Null when there is no
 * view.
 */
export const compileExplode = (
  views: readonly LateralView[],
  projected: readonly Column[],
  scope: Scope,
): Explode | null => {
  if (views.length === 0) return null
  const columns = [...projected]
  const compiled = views.map((view) => compileView(view, columns, scope))
  const apply = (input: Batch, batch: Batch): Batch | null => {
    let selected: readonly Vector[] = batch.columns
    let hidden: readonly Vector[] = input.columns
    let rowCount = batch.rowCount
    let kinds = batch.kinds
    for (const view of compiled) {
      const seen: Batch = { table: scope.table, rowCount, columns: [...selected, ...hidden], kinds }
      const { rows, items } = spread(view.array.evaluate(seen) as ObjectVector, view.outer)
      rowCount = rows.length
      if (rowCount === 0) return null
      const exploded = selected.map((vector) => gather(vector, rows, rowCount))
      exploded[view.target] = vectorOf(view.column.type, items)
      selected = exploded
      hidden = hidden.map((vector) => gather(vector, rows, rowCount))
      if (kinds !== null) kinds = repeat(kinds, rows)
    }
    return { table: batch.table, rowCount, columns: selected, kinds }
  }
  return { columns, apply }
}

const repeat = (kinds: Uint8Array, rows: Int32Array): Uint8Array => {
  const repeated = new Uint8Array(rows.length)
  for (let index = 0; index < rows.length; index += 1) repeated[index] = kinds[rows[index]!]!
  return repeated
}

/** Adds the view's column to `columns`. */
const compileView = (view: LateralView, columns: Column[], scope: Scope): View => {
  const names = new Set(columns.map((column) => column.name))
  // An input column behind a selected one of the same name can never be meant.
  const hidden = scope.table.columns.map((column) =>
    names.has(column.name) ? { ...column, name: '' } : column,
  )
  const table: TableSchema = { ...scope.table, columns: [...columns, ...hidden] }
  const array = compile(view.array, { ...scope, table })
  if (array.type.kind !== 'array') {
    throw new EngineError('SQL-005', `EXPLODE needs an array, not a ${formatType(array.type)}.`, {
      at: view.array.at,
    })
  }
  const column: Column = { name: view.alias, type: array.type.element, nullable: true }
  const existing = columns.findIndex((candidate) => candidate.name === view.alias)
  const target = existing === -1 ? columns.length : existing
  columns[target] = column
  return { array, outer: view.outer, target, column }
}

/** The row each item comes from, and the items. Only OUTER keeps nulls and rows without items. */
const spread = (arrays: ObjectVector, outer: boolean): { rows: Int32Array; items: Value[] } => {
  const rows: number[] = []
  const items: Value[] = []
  for (let row = 0; row < arrays.values.length; row += 1) {
    const before = items.length
    for (const item of (arrays.values[row] ?? []) as readonly Value[]) {
      if (item === null && !outer) continue
      rows.push(row)
      items.push(item)
    }
    if (outer && items.length === before) {
      rows.push(row)
      items.push(null)
    }
  }
  return { rows: Int32Array.from(rows), items }
}
