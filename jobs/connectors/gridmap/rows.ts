import {
  batchOfRows,
  column,
  columnIndex,
  RowKind,
  valueAt,
  type Batch,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { parseSchemaBlock } from '../../schema/index.ts'
import { plainOf, valueOfPlain } from '../../code/index.ts'
import type { GridMapSourceOptions } from './spec.ts'

const CATALOG = 'GridMap'

/** An entry, or a change of one: without a value it is gone. */
export interface EntryRow {
  readonly key: unknown
  readonly value: unknown
  readonly kind: RowKind
}

/** Declared columns, or `key` and `value` of any kind. */
export const tableOf = (
  { map, schema }: Pick<GridMapSourceOptions, 'map' | 'schema'>,
  output: string | null | undefined,
): TableSchema => {
  const path = output ?? map
  if (schema !== undefined) return parseSchemaBlock(schema, CATALOG, path)
  const columns = [column('key', { kind: 'any' }), column('value', { kind: 'any' })]
  return { path, catalog: CATALOG, columns }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

/** `key` and `value` are those of the entry; any other column is a member of the value. */
const cellOf = ({ key, value }: EntryRow, name: string): unknown => {
  if (name === 'key') return key
  const member = memberOf(value, name)
  return name === 'value' && member === undefined ? value : member
}

export const batchOfEntries = (table: TableSchema, entries: readonly EntryRow[]): Batch =>
  batchOfRows(
    table,
    entries.map((entry) =>
      table.columns.map(({ name, type }) => valueOfPlain(type, cellOf(entry, name))),
    ),
    entries.map(({ kind }) => kind),
  )

/** How the rows of a table become entries. */
export interface EntryShape {
  keyOf(batch: Batch, row: number): unknown
  valueOf(batch: Batch, row: number): unknown
}

const cellAt = (batch: Batch, index: number, row: number): unknown =>
  plainOf(batch.table.columns[index]!.type, valueAt(batch.columns[index]!, row))

/** An item of code is an entry itself: `{ key, value }` or `[key, value]`. */
const itemShape: EntryShape = {
  keyOf: (batch, row) => entryOf(valueAt(batch.columns[0]!, row))[0],
  valueOf: (batch, row) => entryOf(valueAt(batch.columns[0]!, row))[1],
}

const entryOf = (item: Value): readonly [unknown, unknown] => {
  if (Array.isArray(item)) return [item[0], item[1]]
  return [memberOf(item, 'key'), memberOf(item, 'value')]
}

const keyColumnsOf = (
  table: TableSchema,
  named: readonly string[] | undefined,
): readonly number[] => {
  const names =
    named ?? (columnIndex(table, 'key') >= 0 ? ['key'] : (table.primaryKey?.columnNames ?? []))
  if (names.length === 0) {
    throw new EngineError(
      'CON-004',
      `GridMap: table ${table.path} has no column \`key\` and no primary key; name \`key_columns\`.`,
    )
  }
  return names.map((name) => {
    const index = columnIndex(table, name)
    if (index >= 0) return index
    throw new EngineError('CON-004', `GridMap: table ${table.path} has no column ${name}.`)
  })
}

/**
 * The key is that of `key_columns`, the value the column `value` where that is all there is beside,
 * else an object of the other columns. Throws CON-004 where no column is the key.
 */
export const entryShapeOf = (
  table: TableSchema,
  named: readonly string[] | undefined,
): EntryShape => {
  const [only, ...others] = table.columns
  if (others.length === 0 && only?.type.kind === 'any') return itemShape
  const keys = keyColumnsOf(table, named)
  const values = [...table.columns.keys()].filter((index) => !keys.includes(index))
  const isPlain = values.length === 1 && table.columns[values[0]!]!.name === 'value'
  return {
    keyOf: (batch, row) =>
      keys.length === 1
        ? cellAt(batch, keys[0]!, row)
        : keys.map((index) => cellAt(batch, index, row)),
    valueOf: (batch, row) =>
      isPlain
        ? cellAt(batch, values[0]!, row)
        : Object.fromEntries(
            values.map((index) => [table.columns[index]!.name, cellAt(batch, index, row)]),
          ),
  }
}
