import { EngineError } from '../../../../runtime/errors/index.ts'
import type {
  DatabaseCell,
  DatabaseConnection,
  DatabaseParameter,
} from '../../../../runtime/host/index.ts'
import {
  formatText,
  formatTimestamp,
  parseDecimal,
  parseText,
  valueAt,
  type Column,
  type DataType,
  type Timestamp,
  type Value,
} from '../../../../runtime/rows/index.ts'
import type { Dialect, RowSelection, TableWriter, WriteTable } from './dialect.ts'
import { describeMysqlQuery, describeMysqlTable, quoteMysql } from './mysqlCatalog.ts'
import { openPagedCursor } from './pagedCursor.ts'
import { splitAtPlaceholders, valueColumns } from './statements.ts'

/** The protocol counts the parameters of a statement in 16 bits. */
const PARAMETERS_MAX = 65_535
/** Rows of one statement; more gain nothing. */
const ROWS_MAX = 1000
/** Above this, a varchar counts too much of the row size limit of 65,535 bytes. */
const VARCHAR_MAX = 4000

export const mysql: Dialect = {
  connect: async (host, target) => {
    if (target.dialect !== 'mysql') throw new Error('Not a MySQL target.')
    return host.databases.mysql(target.server)
  },
  quote: quoteMysql,
  nameOf: (path, target) => {
    const parts = path.split('.')
    const [table = '', database = target.dialect === 'mysql' ? target.server.database : ''] =
      parts.toReversed()
    if (parts.length > 2 || database === '') {
      throw new EngineError('JDB-005', `The table ${path} has no database: write database.table.`)
    }
    return { database, schema: '', table }
  },
  pathOf: ({ database, table }) => `${database}.${table}`,
  qualified: ({ database, table }) => `${quoteMysql(database)}.${quoteMysql(table)}`,
  listTables: async (connection) => {
    const { rows } = await connection.query(
      `SELECT table_schema, table_name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN
         ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1, 2`,
    )
    return rows.map(([database, table]) => ({
      database: String(database),
      schema: '',
      table: String(table),
    }))
  },
  describeTable: describeMysqlTable,
  describeQuery: describeMysqlQuery,
  openCursor: (connection, selection) =>
    openPagedCursor(connection, selection, {
      quote: quoteMysql,
      orderWithoutKeys: ` ORDER BY ${selection.columns.map((_, index) => index + 1).join(', ')}`,
      decode: (form, cell, column) => decode(form, selection.columns[column]!.column.type, cell),
      literal: (column, value) => constant(selection.columns[column]!.column.type, value),
    }),
  estimateRows: async (connection, name) => {
    const { rows } = await connection.query(
      'SELECT table_rows FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
      [name.database, name.table],
    )
    const estimate = Number(rows[0]?.[0] ?? 0)
    return estimate > 0 ? estimate : undefined
  },
  asText: (expression) => `CAST(${expression} AS CHAR)`,
  sampleCondition: (rate) => `RAND() < ${1 / rate}`,
  literal: (type, text) => constant(type, parseText(type, text)),
  columnType: (column, isKey) => columnType(column, isKey),
  writeTable: (connection, table) => writeTable(connection, table),
  writeStatement: async (connection, statement, types, batches) => {
    const text = splitAtPlaceholders(statement).join('?')
    await eachRow(connection, text, types, batches)
  },
}

/** A cell as the driver gives it; large integers are bigints, dates were cast to text. */
const decode = (form: string, type: DataType, cell: DatabaseCell): Value => {
  if (cell === null) return null
  switch (form) {
    case 'boolean':
      return typeof cell === 'boolean' ? cell : Number(cell) !== 0
    case 'number':
      return type.kind === 'float' ? Math.fround(Number(cell)) : Number(cell)
    case 'bigint':
      return BigInt(cell as number | bigint | string)
    case 'decimal':
      return parseDecimal(String(cell))
    case 'bytes':
      return cell as Uint8Array
    default:
      return parseText(type, typeof cell === 'string' ? cell : textOf(cell))
  }
}

const textOf = (cell: DatabaseCell): string =>
  cell instanceof Uint8Array ? Buffer.from(cell).toString('utf8') : String(cell)

/** What a value is bound as. Timestamps are in UTC, as the driver's sessions are. */
const parameterOf = (type: DataType, value: Value): DatabaseParameter => {
  switch (type.kind) {
    case 'timestamp':
      return value === null ? null : formatTimestamp(value as Timestamp, ' ')
    case 'timestamp_tz': {
      if (value === null) return null
      const { epochSeconds, nanos } = value as Timestamp
      return formatTimestamp({ epochSeconds, nanos, offsetSeconds: null }, ' ')
    }
    case 'boolean':
      return value === null ? null : value === true ? 1 : 0
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'double':
    case 'string':
    case 'bytes':
    case 'binary_vector':
      return value as DatabaseParameter
    default:
      return value === null ? null : formatText(type, value)
  }
}

const NUMBERS = new Set(['tinyint', 'smallint', 'int', 'bigint', 'decimal', 'float', 'double'])

const constant = (type: DataType, value: Value): string => {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return `x'${value.toHex()}'`
  const parameter = parameterOf(type, value)
  if (NUMBERS.has(type.kind) || typeof parameter === 'number') return String(parameter)
  return `'${String(parameter).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

const writeTable = (connection: DatabaseConnection, table: WriteTable): TableWriter => {
  const names = table.columns.map((column) => quoteMysql(column.name))
  const types = table.columns.map((column) => column.type)
  const all = table.columns.map((_, index) => index)
  const values = valueColumns(table)
  const keyTypes = table.keys.map((key) => types[key]!)
  const tuple = (count: number): string => `(${new Array(count).fill('?').join(', ')})`
  const updates = (values.length === 0 ? table.keys : values).map(
    (column) => `${names[column]} = VALUES(${names[column]})`,
  )
  const insert = `INSERT INTO ${table.name} (${names.join(', ')}) VALUES `
  const isKey = table.keys.map((key) => `${names[key]} = ?`).join(' AND ')
  return {
    insert: (batches) =>
      inChunks(batches, all, types, (rows, parameters) =>
        connection.query(insert + new Array(rows).fill(tuple(all.length)).join(', '), parameters),
      ),
    upsert: (batches) =>
      inChunks(batches, all, types, (rows, parameters) =>
        connection.query(
          `${insert}${new Array(rows).fill(tuple(all.length)).join(', ')} ` +
            `ON DUPLICATE KEY UPDATE ${updates.join(', ')}`,
          parameters,
        ),
      ),
    update: async (batches) => {
      if (values.length === 0) return
      const sets = values.map((column) => `${names[column]} = ?`).join(', ')
      const order = [...values, ...table.keys]
      const statement = `UPDATE ${table.name} SET ${sets} WHERE ${isKey}`
      const orderTypes = order.map((column) => types[column]!)
      await eachRow(connection, statement, orderTypes, batches, order)
    },
    remove: (batches) =>
      inChunks(batches, table.keys, keyTypes, (rows, parameters) => {
        const keys = table.keys.map((key) => names[key]).join(', ')
        const tuples = new Array(rows).fill(tuple(table.keys.length)).join(', ')
        return connection.query(
          `DELETE FROM ${table.name} WHERE (${keys}) IN (${tuples})`,
          parameters,
        )
      }),
  }
}

/** Calls `send` for many rows at once, with the parameters of all of them. */
const inChunks = async (
  batches: readonly RowSelection[],
  columns: readonly number[],
  types: readonly DataType[],
  send: (rows: number, parameters: DatabaseParameter[]) => Promise<unknown>,
): Promise<void> => {
  const rowsMax = Math.min(ROWS_MAX, Math.floor(PARAMETERS_MAX / columns.length))
  let parameters: DatabaseParameter[] = []
  let waiting = 0
  for (const { batch, rows, count } of batches) {
    for (let index = 0; index < count; index += 1) {
      columns.forEach((column, place) => {
        parameters.push(parameterOf(types[place]!, valueAt(batch.columns[column]!, rows[index]!)))
      })
      waiting += 1
      if (waiting < rowsMax) continue
      await send(waiting, parameters)
      parameters = []
      waiting = 0
    }
  }
  if (waiting > 0) await send(waiting, parameters)
}

/** Runs a prepared statement for each row; many are on their way at once. */
const eachRow = async (
  connection: DatabaseConnection,
  statement: string,
  types: readonly DataType[],
  batches: readonly RowSelection[],
  columns: readonly number[] = types.map((_, index) => index),
): Promise<void> => {
  for (const { batch, rows, count } of batches) {
    const sent: Promise<unknown>[] = []
    for (let index = 0; index < count; index += 1) {
      const parameters = columns.map((column, place) =>
        parameterOf(types[place]!, valueAt(batch.columns[column]!, rows[index]!)),
      )
      sent.push(connection.query(statement, parameters))
    }
    const results = await Promise.allSettled(sent)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}

const TYPE_NAMES: { readonly [kind: string]: string } = {
  null: 'varchar(255)',
  boolean: 'tinyint(1)',
  tinyint: 'tinyint',
  smallint: 'smallint',
  int: 'int',
  bigint: 'bigint',
  float: 'float',
  double: 'double',
  date: 'date',
  time: 'time(6)',
  timestamp: 'datetime(6)',
  timestamp_tz: 'datetime(6)',
}

const columnType = ({ type, columnLength }: Column, isKey: boolean): string => {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${Math.min(type.precision, 65)}, ${Math.min(type.scale, 38)})`
    case 'string': {
      const isBounded =
        columnLength !== undefined && columnLength > 0 && columnLength <= VARCHAR_MAX
      if (isBounded) return `varchar(${columnLength})`
      return isKey ? 'varchar(255)' : 'longtext'
    }
    case 'bytes':
    case 'binary_vector':
      return isKey ? 'varbinary(255)' : 'longblob'
    default:
      return TYPE_NAMES[type.kind] ?? 'json'
  }
}
