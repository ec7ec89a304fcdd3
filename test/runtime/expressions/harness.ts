import { EngineError } from '../../../runtime/errors/index.ts'
import {
  compileExpression,
  type Compiled,
  type ExpressionContext,
} from '../../../runtime/expressions/index.ts'
import {
  batchOfRows,
  formatText,
  formatType,
  parseType,
  valueAt,
  type DataType,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'

/** A clock that stands still at 2024-01-26T10:20:30.456Z and random numbers that are known. */
export const STILL: ExpressionContext = {
  clock: { now: () => Date.UTC(2024, 0, 26, 10, 20, 30, 456) },
  random: { next: () => 0.25, uuid: () => '0b7bd1c8-4c2b-4c5e-9b0f-2f6a5e6f7a10' },
}

/** Columns with a type and the value of their only row. */
export type Columns = { readonly [name: string]: readonly [type: string, value: Value] }

export const tableOf = (columns: Columns): TableSchema => ({
  path: 'input',
  catalog: 'test',
  columns: Object.entries(columns).map(([name, [type]]) => ({
    name,
    type: parseType(type),
    nullable: true,
  })),
})

export const compile = (text: string, columns: Columns = {}): Compiled =>
  compileExpression(text, tableOf(columns), STILL)

/** The value of an expression over one row, and its type. */
export const evaluate = (text: string, columns: Columns = {}): { type: DataType; value: Value } => {
  const table = tableOf(columns)
  const compiled = compileExpression(text, table, STILL)
  const batch = batchOfRows(table, [Object.values(columns).map(([, value]) => value)])
  return { type: compiled.type, value: valueAt(compiled.evaluate(batch), 0) }
}

/** `type: value`, the value as its text; `null` when it is null. */
export const shown = (text: string, columns: Columns = {}): string => {
  const { type, value } = evaluate(text, columns)
  return `${formatType(type)}: ${value === null ? 'null' : formatText(type, value)}`
}

/** `CODE line:column sentence` of the error that `action` ends with. */
export const errorOf = (action: () => unknown): string => {
  try {
    action()
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown
    const { at } = thrown
    return `${thrown.code} ${at === undefined ? '' : `${at.line}:${at.column} `}${thrown.message}`
  }
  throw new Error('It was expected to fail.')
}
