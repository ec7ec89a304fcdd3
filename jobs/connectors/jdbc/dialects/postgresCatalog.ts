import type { DatabaseConnection, DatabaseResult } from '../../../../runtime/host/index.ts'
import type { Column, DataType } from '../../../../runtime/rows/index.ts'
import type { ReadColumn, ReadOptions, TableDescription, TableName } from './dialect.ts'
import { ARRAY_ELEMENTS, BINARY_TYPES, NUMERIC_DEFAULT } from './oids.ts'

export const quotePostgres = (name: string): string => `"${name.replaceAll('"', '""')}"`

const COLUMNS_QUERY = `
  SELECT a.attname::text, a.atttypid::int8, a.atttypmod::int4, a.attnotnull,
    col_description(a.attrelid, a.attnum)::text, t.typname::text
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`

const KEYS_QUERY = `
  SELECT i.indisprimary, array_to_json(array(
    SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place))::text
  FROM pg_index i
  WHERE i.indrelid = $1::text::regclass AND i.indisunique AND i.indpred IS NULL
    AND i.indexprs IS NULL
  ORDER BY i.indisprimary DESC, i.indexrelid`

export const describePostgresTable = async (
  connection: DatabaseConnection,
  name: TableName,
  options: ReadOptions,
): Promise<TableDescription | undefined> => {
  const qualified = `${quotePostgres(name.schema)}.${quotePostgres(name.table)}`
  const found = await connection.query(
    `SELECT to_regclass($1::text)::text, obj_description(to_regclass($1::text))::text`,
    [qualified],
  )
  if (found.rows[0]![0] === null) return undefined
  const columns = await connection.query(COLUMNS_QUERY, [qualified])
  const keys = await connection.query(KEYS_QUERY, [qualified])
  const keyLists = keys.rows.map((row) => ({
    primary: row[0] === true,
    columns: JSON.parse(String(row[1])) as string[],
  }))
  return {
    name,
    columns: columns.rows.map(([columnName, oid, modifier, notNull, comment, typeName]) =>
      readColumn(
        {
          name: String(columnName),
          oid: Number(oid),
          modifier: Number(modifier),
          nullable: notNull !== true,
          comment: comment === null ? undefined : String(comment),
          databaseType: String(typeName),
        },
        options,
      ),
    ),
    primaryKey: keyLists.find((key) => key.primary)?.columns ?? [],
    uniqueKeys: keyLists.filter((key) => !key.primary).map((key) => key.columns),
    comment: found.rows[0]![1] === null ? undefined : String(found.rows[0]![1]),
  }
}

/** Columns of a query; those that come from a table have its modifiers and comments. */
export const describePostgresQuery = async (
  connection: DatabaseConnection,
  query: string,
  options: ReadOptions,
): Promise<ReadColumn[]> => {
  const { columns } = await connection.query(`SELECT * FROM (${query}) AS q LIMIT 0`)
  const attributes = await attributesOf(connection, columns)
  return columns.map((column) => {
    const attribute = attributes.get(`${column.table}.${column.number}`)
    return readColumn(
      {
        name: column.name,
        oid: column.type,
        modifier: attribute?.modifier ?? -1,
        nullable: true,
        comment: undefined,
        databaseType: '',
      },
      options,
    )
  })
}

const attributesOf = async (
  connection: DatabaseConnection,
  columns: DatabaseResult['columns'],
): Promise<ReadonlyMap<string, { readonly modifier: number }>> => {
  const tables = [...new Set(columns.map(({ table }) => Number(table)).filter((oid) => oid > 0))]
  if (tables.length === 0) return new Map()
  const { rows } = await connection.query(
    `SELECT attrelid::int8, attnum::int4, atttypmod::int4 FROM pg_attribute
     WHERE attrelid IN (${tables.join(', ')}) AND attnum > 0`,
  )
  return new Map(
    rows.map(([table, number, modifier]) => [
      `${String(table)}.${String(number)}`,
      { modifier: Number(modifier) },
    ]),
  )
}

const INET = 869

interface Attribute {
  readonly name: string
  readonly oid: number
  readonly modifier: number
  readonly nullable: boolean
  readonly comment: string | undefined
  readonly databaseType: string
}

const readColumn = (attribute: Attribute, options: ReadOptions): ReadColumn => {
  const { oid, modifier, name, databaseType } = attribute
  const selected = `q.${quotePostgres(name)}`
  const column = (type: DataType, length?: number): Column => ({
    name,
    type,
    nullable: attribute.nullable,
    ...(length === undefined ? {} : { columnLength: length }),
    ...(attribute.comment === undefined ? {} : { comment: attribute.comment }),
  })
  if (oid === 17 && options.blobIsString) {
    const expression = `convert_from(${selected}, 'UTF8')`
    return { column: column({ kind: 'string' }), expression, form: 'text', databaseType }
  }
  const binary = BINARY_TYPES.get(oid)
  if (binary !== undefined) {
    const type = oid === 1700 ? numericType(modifier) : binary.type
    const isBounded = (oid === 1042 || oid === 1043) && modifier > 4
    const length = isBounded ? modifier - 4 : undefined
    return { column: column(type, length), expression: selected, form: binary.name, databaseType }
  }
  const element = BINARY_TYPES.get(ARRAY_ELEMENTS.get(oid) ?? 0)
  if (element !== undefined) {
    const elementType = element.name === 'numeric' ? numericType(modifier) : element.type
    const type: DataType = { kind: 'array', element: elementType }
    return { column: column(type), expression: selected, form: `${element.name}[]`, databaseType }
  }
  // The cast of an address would add the length of its mask.
  const expression = oid === INET ? `abbrev(${selected})` : `${selected}::text`
  return { column: column({ kind: 'string' }), expression, form: 'text', databaseType }
}

/** The modifier of a numeric is 4 more than precision << 16 | scale, of which 11 bits are the scale. */
const numericType = (modifier: number): DataType => {
  if (modifier < 4) return NUMERIC_DEFAULT
  const precision = (modifier - 4) >> 16
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024
  return { kind: 'decimal', precision: Math.max(precision, scale), scale: Math.max(scale, 0) }
}
