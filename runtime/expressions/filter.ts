import type { Batch, TableSchema } from '../rows/index.ts'
import { rowsWhere, truthsOf } from './cells.ts'
import { compile } from './compile.ts'
import type { Compiled, ExpressionContext } from './compiled.ts'
import { requireCondition } from './logic.ts'
import { parseExpressionText } from './syntax/parseSelect.ts'

/** Finds the rows of a batch for which a condition is true: their indices, ascending. */
export type RowFilter = (batch: Batch) => Int32Array

/**
 * Compiles one expression over the columns of `table`. Throws SQL-001 to SQL-005 with places that
 * count lines and columns inside `text`.
 */
export const compileExpression = (
  text: string,
  table: TableSchema,
  context: ExpressionContext,
): Compiled => compile(parseExpressionText(text, 'expression'), { table, context })

/** Compiles a condition, as after WHERE. */
export const compileFilter = (
  text: string,
  table: TableSchema,
  context: ExpressionContext,
): RowFilter => {
  const tree = parseExpressionText(text, 'condition')
  return filterOf(requireCondition(compile(tree, { table, context }), 'A filter', tree.at))
}

export const filterOf =
  (condition: Compiled): RowFilter =>
  (batch) =>
    rowsWhere(truthsOf(condition.evaluate(batch)), 1)
