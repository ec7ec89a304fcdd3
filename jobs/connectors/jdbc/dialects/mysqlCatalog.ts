import type { DatabaseColumn, DatabaseConnection } from '../../../../runtime/host/index.ts'
import type { Column, DataType } from '../../../../runtime/rows/index.ts'
import type { ReadColumn, ReadOptions, TableDescription, TableName } from './dialect.ts'

export const quoteMysql = (name: string): string => `\`${name.replaceAll('`', '``')}\``

const COLUMNS_QUERY = `
  SELECT column_name, column_type, is_nullable, character_maximum_length, column_comment
  FROM information_schema.columns
  WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`

const KEYS_QUERY = `
  SELECT index_name, column_name FROM information_schema.statistics
  WHERE table_schema = ? AND table_name = ? AND non_unique = 0
  ORDER BY index_name = 'PRIMARY' DESC, index_name, seq_in_index`

const COMMENT_QUERY = `
  SELECT table_comment FROM information_schema.tables WHERE table_schema = ? AND table_name = ?`

export const describeMysqlTable = async (
  connection: DatabaseConnection,
  name: TableName,
  options: ReadOptions,
): Promise<TableDescription | undefined> => {
  const place = [name.database, name.table]
  const { rows } = await connection.query(COLUMNS_QUERY, place)
  if (rows.length === 0) return undefined
  const keys = await connection.query(KEYS_QUERY, place)
  const comment = String((await connection.query(COMMENT_QUERY, place)).rows[0]?.[0] ?? '')
  const keyColumns = new Map<string, string[]>()
  for (const [index, column] of keys.rows) {
    const columns = keyColumns.get(String(index)) ?? []
    keyColumns.set(String(index), [...columns, String(column)])
  }
  return {
    name,
    columns: rows.map(([columnName, columnType, nullable, length, columnComment]) => {
      const bounded = length === null ? undefined : Number(length)
      return readColumn(String(columnName), typeOf(String(columnType), options), {
        nullable: nullable === 'YES',
        ...(bounded !== undefined && bounded < 65_536 ? { columnLength: bounded } : {}),
        ...(columnComment === '' ? {} : { comment: String(columnComment) }),
      })
    }),
    primaryKey: keyColumns.get('PRIMARY') ?? [],
    uniqueKeys: [...keyColumns].filter(([index]) => index !== 'PRIMARY').map(([, list]) => list),
    comment: comment === '' ? undefined : comment,
  }
}

/** How a column is read: its type, the form of its values and whether it is cast to text. */
interface MysqlType {
  readonly type: DataType
  readonly form: string
}

const of = (kind: string, form: string): MysqlType => ({ type: { kind } as DataType, form })

const TEXT = of('string', 'text')

/**
 * The type of a column as information_schema writes it, for instance `bigint(20) unsigned`.
 * The mapping is SeaTunnel's: unsigned types are read as the next larger type.
 */
const typeOf = (columnType: string, options: ReadOptions): MysqlType => {
  const match = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?/.exec(columnType.toLowerCase())
  const [, name = '', first = '', second = '0'] = match ?? []
  const isUnsigned = columnType.toLowerCase().includes('unsigned')
  switch (name) {
    case 'bit':
      return Number(first || 1) === 1 ? of('boolean', 'boolean') : of('bytes', 'bytes')
    case 'tinyint':
      if (first === '1' && options.tinyintIsBoolean) return of('boolean', 'boolean')
      return isUnsigned ? of('smallint', 'number') : of('tinyint', 'number')
    case 'smallint':
      return isUnsigned ? of('int', 'number') : of('smallint', 'number')
    case 'mediumint':
    case 'year':
      return of('int', 'number')
    case 'int':
    case 'integer':
      return isUnsigned ? of('bigint', 'bigint') : of('int', 'number')
    case 'bigint':
      return isUnsigned ? decimalOf(20, 0) : of('bigint', 'bigint')
    case 'float':
      return of('float', 'number')
    case 'double':
    case 'real':
      return of('double', 'number')
    case 'decimal':
    case 'numeric':
      return decimalOf(Number(first || 10), Number(second))
    case 'date':
    case 'time':
      return of(name, 'cast')
    case 'datetime':
    case 'timestamp':
      return of('timestamp', 'cast')
    case 'json':
    // MariaDB calls a JSON column so, and the driver would parse its values.
    case 'longtext':
      return of('string', 'cast')
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
    case 'geometry':
      return options.blobIsString ? of('string', 'cast') : of('bytes', 'bytes')
    default:
      return TEXT
  }
}

const decimalOf = (precision: number, scale: number): MysqlType => ({
  type: { kind: 'decimal', precision, scale },
  form: 'decimal',
})

const readColumn = (name: string, { type, form }: MysqlType, rest: Partial<Column>): ReadColumn => {
  const selected = `q.${quoteMysql(name)}`
  const isCast = form === 'cast'
  return {
    column: { name, type, nullable: true, ...rest },
    expression: isCast ? `CAST(${selected} AS CHAR)` : selected,
    form: isCast ? 'text' : form,
    databaseType: '',
  }
}

/** Type codes of the protocol, by the names of columns. */
const CODES: ReadonlyMap<number, string> = new Map([
  [0, 'decimal'],
  [1, 'tinyint'],
  [2, 'smallint'],
  [3, 'int'],
  [4, 'float'],
  [5, 'double'],
  [7, 'timestamp'],
  [8, 'bigint'],
  [9, 'mediumint'],
  [10, 'date'],
  [11, 'time'],
  [12, 'datetime'],
  [13, 'year'],
  [16, 'bit'],
  [245, 'json'],
  [246, 'decimal'],
  [255, 'geometry'],
])

const FLAG_NOT_NULL = 1
const FLAG_UNSIGNED = 32
const FLAG_BINARY = 128
/** ENUM and SET. */
const FLAG_LISTED = 256 | 2048

/**
 * Columns of a query, from what the server says about its result. It does not say how many places
 * a decimal has nor whether bytes are text: one row shows it.
 */
export const describeMysqlQuery = async (
  connection: DatabaseConnection,
  query: string,
  options: ReadOptions,
): Promise<ReadColumn[]> => {
  const { columns, rows } = await connection.query(`SELECT * FROM (${query}) AS q LIMIT 1`)
  return columns.map((column, index) =>
    readColumn(column.name, typeOf(typeText(column, rows[0]?.[index]), options), {
      nullable: (column.flags & FLAG_NOT_NULL) === 0,
    }),
  )
}

const typeText = (column: DatabaseColumn, sample: unknown): string => {
  const name = CODES.get(column.type)
  const isUnsigned = (column.flags & FLAG_UNSIGNED) !== 0
  if (name === 'decimal') {
    const scale = typeof sample === 'string' ? (sample.split('.')[1]?.length ?? 0) : 0
    const precision = column.length - Number(scale > 0) - Number(!isUnsigned)
    return `decimal(${precision},${scale})`
  }
  if (name !== undefined) return `${name}(${column.length})${isUnsigned ? ' unsigned' : ''}`
  const isBinary =
    (column.flags & FLAG_BINARY) !== 0 &&
    (column.flags & FLAG_LISTED) === 0 &&
    typeof sample !== 'string'
  return isBinary ? 'blob' : 'text'
}
