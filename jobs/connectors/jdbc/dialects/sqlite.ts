import type {
  DatabaseCell,
  DatabaseConnection,
  DatabaseParameter,
} from '../../../../runtime/host/index.ts'
import {
  decimalFromNumber,
  formatText,
  formatTimestamp,
  parseText,
  valueAt,
  type Column,
  type DataType,
  type Timestamp,
  type Value,
} from '../../../../runtime/rows/index.ts'
import type { Dialect, RowSelection, TableWriter, WriteTable } from './dialect.ts'
import { openPagedCursor } from './pagedCursor.ts'
import { describeSqliteQuery, describeSqliteTable, quoteSqlite } from './sqliteCatalog.ts'
import { execute, type Execution } from './sqliteJournal.ts'
import { splitAtPlaceholders, valueColumns } from './statements.ts'

export const sqlite: Dialect = {
  connect: async (host, target) => {
    if (target.dialect !== 'sqlite') throw new Error('Not a SQLite target.')
    return host.databases.sqlite(target.file)
  },
  quote: quoteSqlite,
  nameOf: (path) => ({ database: 'main', schema: '', table: path.split('.').at(-1)! }),
  pathOf: ({ database, table }) => `${database}.${table}`,
  qualified: ({ table }) => quoteSqlite(table),
  listTables: async (connection) => {
    const { rows } = await connection.query(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND name NOT LIKE '\\_tidegate\\_%' ESCAPE '\\' ORDER BY name`,
    )
    return rows.map(([table]) => ({ database: 'main', schema: '', table: String(table) }))
  },
  describeTable: (connection, name) => describeSqliteTable(connection, name),
  describeQuery: (connection, query) => describeSqliteQuery(connection, query),
  openCursor: (connection, selection) =>
    openPagedCursor(connection, selection, {
      quote: quoteSqlite,
      orderWithoutKeys: '',
      decode: (_, cell, column) => decode(selection.columns[column]!.column.type, cell),
      literal: (column, value) => constant(selection.columns[column]!.column.type, value),
    }),
  estimateRows: async () => undefined,
  asText: (expression) => `CAST(${expression} AS TEXT)`,
  sampleCondition: (rate) => `random() % ${rate} = 0`,
  literal: (type, text) => constant(type, parseText(type, text)),
  columnType: (column) => columnType(column),
  writeTable: (connection, table) => writeTable(connection, table),
  writeStatement: async (connection, statement, types, batches) => {
    const text = splitAtPlaceholders(statement).join('?')
    const columns = types.map((_, index) => index)
    await execute(connection, { statement: text, rows: rowsOf(types, columns, batches) })
  },
}

/** SQLite's values have types of their own: each is brought to the type of its column. */
const decode = (type: DataType, cell: DatabaseCell): Value => {
  if (cell === null) return null
  if (cell instanceof Uint8Array) {
    if (type.kind === 'bytes') return cell
    return parseText(type, Buffer.from(cell).toString('utf8'))
  }
  if (typeof cell === 'bigint' && type.kind === 'bigint') return cell
  if (type.kind === 'double' || type.kind === 'float') {
    return typeof cell === 'string' ? parseText(type, cell) : Number(cell)
  }
  if (type.kind === 'boolean' && typeof cell === 'bigint') return cell !== 0n
  if (type.kind === 'bytes') return new TextEncoder().encode(String(cell))
  if (typeof cell === 'number') return decodeReal(type, cell)
  return parseText(type, String(cell))
}

/** A real in a column of another type: `2.0` is a whole number, and a decimal has its shortest text. */
const decodeReal = (type: DataType, cell: number): Value => {
  if (type.kind === 'decimal') return parseText(type, formatText(type, decimalFromNumber(cell)))
  return parseText(type, String(cell))
}

const parameterOf = (type: DataType, value: Value): DatabaseParameter => {
  if (value === null) return null
  switch (type.kind) {
    case 'boolean':
      return value === true ? 1 : 0
    case 'timestamp':
    case 'timestamp_tz':
      return formatTimestamp(value as Timestamp, ' ')
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'float':
    case 'double':
    case 'string':
    case 'bytes':
    case 'binary_vector':
      return value as DatabaseParameter
    default:
      return formatText(type, value)
  }
}

const constant = (type: DataType, value: Value): string => {
  const parameter = parameterOf(type, value)
  if (parameter === null) return 'NULL'
  if (parameter instanceof Uint8Array) return `x'${parameter.toHex()}'`
  return typeof parameter === 'string' ? `'${parameter.replaceAll("'", "''")}'` : String(parameter)
}

const writeTable = (connection: DatabaseConnection, table: WriteTable): TableWriter => {
  const names = table.columns.map((column) => quoteSqlite(column.name))
  const types = table.columns.map((column) => column.type)
  const all = table.columns.map((_, index) => index)
  const values = valueColumns(table)
  const keys = table.keys.map((key) => names[key])
  const insert =
    `INSERT INTO ${table.name} (${names.join(', ')}) ` +
    `VALUES (${names.map(() => '?').join(', ')})`
  const sets = values.map((column) => `${names[column]} = excluded.${names[column]}`)
  const onConflict = sets.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${sets.join(', ')}`
  const isKey = keys.map((key) => `${key} = ?`).join(' AND ')
  const run =
    (statement: string, columns: readonly number[]) =>
    (batches: readonly RowSelection[]): Promise<void> =>
      execute(connection, {
        statement,
        rows: rowsOf(
          columns.map((column) => types[column]!),
          columns,
          batches,
        ),
      })
  const assigned = values.map((column) => `${names[column]} = ?`).join(', ')
  return {
    insert: run(insert, all),
    upsert: run(`${insert} ON CONFLICT (${keys.join(', ')}) ${onConflict}`, all),
    update:
      values.length === 0
        ? async () => {}
        : run(`UPDATE ${table.name} SET ${assigned} WHERE ${isKey}`, [...values, ...table.keys]),
    remove: run(`DELETE FROM ${table.name} WHERE ${isKey}`, table.keys),
  }
}

const rowsOf = (
  types: readonly DataType[],
  columns: readonly number[],
  batches: readonly RowSelection[],
): Execution['rows'] => {
  const parameters: DatabaseParameter[][] = []
  for (const { batch, rows, count } of batches) {
    for (let index = 0; index < count; index += 1) {
      parameters.push(
        columns.map((column, place) =>
          parameterOf(types[place]!, valueAt(batch.columns[column]!, rows[index]!)),
        ),
      )
    }
  }
  return parameters
}

/** Names that keep their type when they are read again, with an affinity that keeps all digits. */
const columnType = ({ type, columnLength }: Column): string => {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL_TEXT(${type.precision}, ${type.scale})`
    case 'string':
      return columnLength !== undefined && columnLength > 0 ? `VARCHAR(${columnLength})` : 'TEXT'
    case 'bytes':
    case 'binary_vector':
      return 'BLOB'
    case 'timestamp_tz':
      return 'TIMESTAMP_TZ'
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'float':
    case 'double':
    case 'date':
    case 'time':
    case 'timestamp':
      return type.kind.toUpperCase()
    default:
      return 'TEXT'
  }
}
