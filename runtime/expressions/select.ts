import { EngineError } from '../errors/index.ts'
import { selectRows, type Batch, type Column, type TableSchema } from '../rows/index.ts'
import { compile } from './compile.ts'
import type { Compiled, ExpressionContext, Scope } from './compiled.ts'
import { compileExplode } from './explode.ts'
import { filterOf } from './filter.ts'
import { requireCondition } from './logic.ts'
import { compileColumn } from './names.ts'
import { parseSelect } from './syntax/parseSelect.ts'
import { printExpression } from './syntax/print.ts'
import type { Expression, Select } from './syntax/tree.ts'

/** A query over one table, resolved. */
export interface CompiledSelect {
  /** The columns that it yields. */
  readonly columns: readonly Column[]
  /** The index of the input column that an output column passes on unchanged, else -1. */
  readonly origins: readonly number[]
  /**
   * The rows that follow from a batch, as columns of `columns`; null when there are none. Throws
   * an EngineError SQL-006 when a row cannot be computed.
   */
  apply(batch: Batch, output: TableSchema): Batch | null
}

interface Projection {
  readonly column: Column
  readonly origin: number
  readonly compiled: Compiled
}

/**
 * Compiles a query. Places in its errors count lines and columns inside `text`. The name of the
 * table does not matter: a query has one input.
 */
export const compileSelect = (
  text: string,
  table: TableSchema,
  context: ExpressionContext,
): CompiledSelect => {
  const select = parseSelect(text, 'query')
  const scope: Scope = { table, context }
  const where =
    select.where === null
      ? null
      : filterOf(requireCondition(compile(select.where, scope), 'WHERE', select.where.at))
  const projections = compileItems(select, scope)
  const explode = compileExplode(
    select.views,
    projections.map(({ column }) => column),
    scope,
  )
  const needed =
    explode === null
      ? [...new Set(projections.flatMap(({ compiled }) => compiled.columns))]
      : [...table.columns.keys()]
  const apply = (batch: Batch, output: TableSchema): Batch | null => {
    const kept = where === null ? batch : keep(batch, where(batch), needed)
    if (kept.rowCount === 0) return null
    const columns = projections.map(({ compiled }) => compiled.evaluate(kept))
    const projected: Batch = { table: output, rowCount: kept.rowCount, columns, kinds: kept.kinds }
    return explode === null ? projected : explode.apply(kept, projected)
  }
  if (explode !== null) {
    // A row may come out several times, so that no column is still a key.
    return { columns: explode.columns, origins: explode.columns.map(() => -1), apply }
  }
  const columns = projections.map(({ column }) => column)
  return { columns, origins: projections.map(({ origin }) => origin), apply }
}

/** The rows `rows` of a batch. Only the columns that `needed` lists are there afterwards. */
const keep = (batch: Batch, rows: Int32Array, needed: readonly number[]): Batch => {
  if (rows.length === batch.rowCount) return batch
  const read = { ...batch, columns: needed.map((column) => batch.columns[column]!) }
  const kept = selectRows(read, rows, rows.length)
  const columns = [...batch.columns]
  for (const [index, column] of needed.entries()) columns[column] = kept.columns[index]!
  return { ...kept, columns }
}

const compileItems = (select: Select, scope: Scope): readonly Projection[] => {
  const projections = select.items.flatMap((item): Projection[] => {
    if (item.kind === 'all') {
      return scope.table.columns.map((column, index) => ({
        column,
        origin: index,
        compiled: compileColumn(index, scope),
      }))
    }
    const compiled = compile(item.expression, scope)
    const name = item.alias ?? nameOf(item.expression)
    return [projectionOf(name, item.expression, compiled, scope)]
  })
  const seen = new Set<string>()
  for (const { column } of projections) {
    if (!seen.has(column.name)) {
      seen.add(column.name)
      continue
    }
    throw new EngineError(
      'SQL-005',
      `The query yields two columns named "${column.name}": give one an alias.`,
      { at: select.items[0]!.at },
    )
  }
  return projections
}

const projectionOf = (
  name: string,
  expression: Expression,
  compiled: Compiled,
  scope: Scope,
): Projection => {
  const origin =
    expression.kind === 'name' && compiled.columns.length === 1 ? compiled.columns[0]! : -1
  const source = scope.table.columns[origin]
  return source !== undefined && source.type === compiled.type
    ? { column: { ...source, name }, origin, compiled }
    : { column: { name, type: compiled.type, nullable: true }, origin: -1, compiled }
}

/** The name of a column without an alias: its own, else the expression as written out. */
const nameOf = (expression: Expression): string =>
  expression.kind === 'name' ? expression.parts.at(-1)! : printExpression(expression)
