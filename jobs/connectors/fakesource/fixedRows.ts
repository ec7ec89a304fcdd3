import {
  batchOfRows,
  ROW_KIND_NAMES,
  ROW_KIND_SHORT_NAMES,
  valueFromJson,
  type Batch,
  type Column,
  type RowKind,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import type { JsonValue } from '../../../runtime/config/index.ts'
import { EngineError, nearest } from '../../../runtime/errors/index.ts'
import { naming } from './naming.ts'
import { currentValue, isCurrent } from './times.ts'

interface WrittenRow {
  readonly kind: string
  readonly fields: JsonValue
}

/** The batch of the `rows` option. Throws CFG-005 or ROW-002 naming the row and the column. */
export const fixedBatch = (
  table: TableSchema,
  rows: readonly WrittenRow[],
  nowMs: number,
): Batch => {
  const kinds = rows.map((row, index) => rowKind(row.kind, index))
  const values = rows.map((row, index) => rowValues(table, row.fields, index, nowMs))
  return batchOfRows(table, values, kinds)
}

const rowKind = (written: string, index: number): RowKind => {
  const name = written.toUpperCase()
  const long = (ROW_KIND_NAMES as readonly string[]).indexOf(name)
  const kind = long === -1 ? (ROW_KIND_SHORT_NAMES as readonly string[]).indexOf(name) : long
  if (kind !== -1) return kind as RowKind
  const allowed = ROW_KIND_NAMES.join(', ')
  throw rowError(index, `kind ${written} is none of ${allowed}`)
}

const rowError = (index: number, sentence: string): EngineError =>
  new EngineError('CFG-005', `FakeSource: row ${index + 1} of rows: ${sentence}.`)

const rowValues = (
  table: TableSchema,
  fields: JsonValue,
  index: number,
  nowMs: number,
): readonly Value[] => {
  const { columns } = table
  if (Array.isArray(fields)) {
    if (fields.length > columns.length) {
      throw rowError(
        index,
        `it has ${fields.length} values, but the schema has ${columns.length} columns`,
      )
    }
    return columns.map((column, at) => fieldValue(column, fields[at] ?? null, index, nowMs))
  }
  if (typeof fields !== 'object' || fields === null) {
    throw rowError(index, 'fields must be a list of values or an object of them')
  }
  const named = fields as { readonly [name: string]: JsonValue }
  const names = new Set(columns.map((column) => column.name))
  for (const name of Object.keys(named)) {
    if (names.has(name)) continue
    const hint = nearest(name, names)
    throw rowError(
      index,
      `the schema has no column ${name}${hint ? `; did you mean ${hint}?` : ''}`,
    )
  }
  return columns.map((column) => fieldValue(column, named[column.name] ?? null, index, nowMs))
}

const fieldValue = (column: Column, written: JsonValue, index: number, nowMs: number): Value => {
  if (isCurrent(column.type, written)) return currentValue(column.type, nowMs)
  const where = `row ${index + 1} of rows, column ${column.name}`
  return naming(where, () => valueFromJson(column.type, written))
}
