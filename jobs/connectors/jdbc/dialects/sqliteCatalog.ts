import type { DatabaseConnection, SqliteConnection } from '../../../../runtime/host/index.ts'
import type { DataType } from '../../../../runtime/rows/index.ts'
import type { ReadColumn, TableDescription, TableName } from './dialect.ts'

export const quoteSqlite = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const describeSqliteTable = async (
  connection: DatabaseConnection,
  name: TableName,
): Promise<TableDescription | undefined> => {
  const info = await connection.query(
    'SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY cid',
    [name.table],
  )
  if (info.rows.length === 0) return undefined
  const primaryKey = info.rows
    .filter((row) => Number(row[3]) > 0)
    .sort((left, right) => Number(left[3]) - Number(right[3]))
    .map((row) => String(row[0]))
  const indexes = await connection.query(
    `SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND partial = 0 AND origin <> 'pk'`,
    [name.table],
  )
  const uniqueKeys: string[][] = []
  for (const [index] of indexes.rows) {
    const columns = await connection.query('SELECT name FROM pragma_index_info(?) ORDER BY seqno', [
      String(index),
    ])
    uniqueKeys.push(columns.rows.map((row) => String(row[0])))
  }
  return {
    name,
    columns: info.rows.map(([column, declared, notNull, key]) =>
      readColumn(
        String(column),
        typeOf(String(declared)),
        Number(notNull) === 0 && Number(key) === 0,
      ),
    ),
    primaryKey,
    uniqueKeys,
    comment: undefined,
  }
}

/** Columns of a query. What has no declared type gets that of its first value. */
export const describeSqliteQuery = async (
  connection: DatabaseConnection,
  query: string,
): Promise<ReadColumn[]> => {
  const statement = `SELECT * FROM (${query}) AS q LIMIT 1`
  const { columns, rows } = await connection.query(statement)
  const declared = (connection as SqliteConnection).prepare(statement).declaredTypes()
  return columns.map(({ name }, index) => {
    const type = declared[index] ? typeOf(declared[index]) : typeOfValue(rows[0]?.[index])
    return readColumn(name, type, true)
  })
}

const typeOfValue = (value: unknown): DataType => {
  if (typeof value === 'bigint') return { kind: 'bigint' }
  if (typeof value === 'number') return { kind: 'double' }
  return { kind: value instanceof Uint8Array ? 'bytes' : 'string' }
}

const readColumn = (name: string, type: DataType, nullable: boolean): ReadColumn => ({
  column: { name, type, nullable },
  expression: `q.${quoteSqlite(name)}`,
  form: '',
  databaseType: '',
})

const NAMES: { readonly [name: string]: DataType } = {
  bool: { kind: 'boolean' },
  boolean: { kind: 'boolean' },
  bit: { kind: 'boolean' },
  tinyint: { kind: 'tinyint' },
  smallint: { kind: 'smallint' },
  int2: { kind: 'smallint' },
  mediumint: { kind: 'int' },
  int: { kind: 'int' },
  // An INTEGER of SQLite has 64 bits.
  integer: { kind: 'bigint' },
  bigint: { kind: 'bigint' },
  int8: { kind: 'bigint' },
  float: { kind: 'float' },
  real: { kind: 'double' },
  double: { kind: 'double' },
  blob: { kind: 'bytes' },
  binary: { kind: 'bytes' },
  varbinary: { kind: 'bytes' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  datetime: { kind: 'timestamp' },
  timestamp: { kind: 'timestamp' },
  timestamp_tz: { kind: 'timestamp_tz' },
}

const typeOf = (declared: string): DataType => {
  const match = /^\s*(\w+)[^(]*(?:\(\s*(\d+)\s*(?:,\s*(\d+))?\s*\))?/.exec(declared.toLowerCase())
  const name = match?.[1] ?? ''
  if (['decimal', 'numeric', 'decimal_text'].includes(name)) {
    const precision = Number(match?.[2] ?? 38)
    return { kind: 'decimal', precision, scale: Number(match?.[3] ?? (match?.[2] ? 0 : 18)) }
  }
  if (name === 'int' && declared.toLowerCase().includes('unsigned')) return { kind: 'bigint' }
  return NAMES[name] ?? { kind: 'string' }
}
