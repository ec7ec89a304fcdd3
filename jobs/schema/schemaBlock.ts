import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError, nearest } from '../../runtime/errors/index.ts'
import {
  parseType,
  type Column,
  type ConstraintKey,
  type PrimaryKey,
  type TableSchema,
} from '../../runtime/rows/index.ts'
import { option, type OptionSpec } from '../options/index.ts'

/** The `schema` option of sources that cannot ask outside what their rows look like. */
export const schemaSpec: OptionSpec<JsonValue | undefined> = option.any({
  description:
    'The table and its columns: table, fields { name = type } or columns [{ name, type, … }], primaryKey, constraintKeys, comment.',
  example: { table: 'shop.orders', fields: { id: 'bigint', total: 'decimal(12, 2)' } },
})

type JsonObject = { readonly [key: string]: JsonValue }

const KEYS = [
  'table',
  'schema_first',
  'comment',
  'fields',
  'columns',
  'primaryKey',
  'constraintKeys',
]
const CONSTRAINTS = ['INDEX_KEY', 'UNIQUE_KEY', 'FOREIGN_KEY', 'VECTOR_INDEX_KEY'] as const

const fail = (sentence: string): EngineError => new EngineError('CFG-008', sentence)

/**
 * Reads a `schema` block. `defaultPath` names the table where the block does not. Throws CFG-008 for
 * a malformed block and ROW-001 for an unknown type, both with the name of the column.
 */
export const parseSchemaBlock = (
  block: JsonValue,
  catalog: string,
  defaultPath = 'default',
): TableSchema => {
  if (!isObject(block)) throw fail('`schema` must be an object with `fields` or `columns`.')
  for (const key of Object.keys(block)) refuseUnknown(key)
  const columns = parseColumns(block)
  const comment = textOf(block['comment'])
  const primaryKey = parsePrimaryKey(block['primaryKey'], columns)
  const constraintKeys = parseConstraints(block['constraintKeys'], columns)
  return {
    path: parsePath(block, defaultPath),
    catalog,
    columns,
    ...(primaryKey === undefined ? {} : { primaryKey }),
    ...(constraintKeys.length === 0 ? {} : { constraintKeys }),
    ...(comment === undefined ? {} : { comment }),
  }
}

const refuseUnknown = (key: string): void => {
  if (KEYS.includes(key)) return
  const meant = nearest(key, KEYS)
  const hint = meant === undefined ? `It has ${KEYS.join(', ')}.` : `Did you mean \`${meant}\`?`
  throw fail(`\`schema\` has no key \`${key}\`. ${hint}`)
}

const parsePath = (block: JsonObject, defaultPath: string): string => {
  const path = textOf(block['table']) ?? defaultPath
  const parts = path.split('.')
  if (parts.includes('')) {
    throw fail(`The table \`${path}\` of \`schema\` has an empty part; write \`database.table\`.`)
  }
  // `schema.table` instead of `database.table`: the path reads the same either way.
  return path
}

const parseColumns = (block: JsonObject): Column[] => {
  const { fields, columns } = block
  if (fields !== undefined && columns !== undefined) {
    throw fail('`schema` has both `fields` and `columns`; keep one of them.')
  }
  const parsed = columns === undefined ? fromFields(fields) : fromColumns(columns)
  const names = new Set<string>()
  for (const { name } of parsed) {
    if (names.has(name)) throw fail(`\`schema\` has the column \`${name}\` twice; rename one.`)
    names.add(name)
  }
  return parsed
}

const fromFields = (fields: JsonValue | undefined): Column[] => {
  if (fields === undefined) return []
  if (!isObject(fields)) throw fail('`schema.fields` must be an object of column names and types.')
  return Object.entries(fields).map(([name, type]) => ({
    name,
    type: typeOf(name, type),
    nullable: true,
  }))
}

const typeOf = (name: string, type: JsonValue): Column['type'] => {
  try {
    return parseType(type)
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown
    throw new EngineError(thrown.code, `Column \`${name}\` of \`schema\`: ${thrown.message}`, {
      cause: thrown,
    })
  }
}

const fromColumns = (columns: JsonValue): Column[] =>
  listOf(columns, 'schema.columns').map((column, index) => {
    const where = `schema.columns[${index}]`
    if (!isObject(column)) throw fail(`\`${where}\` must be an object with \`name\` and \`type\`.`)
    const name = textOf(column['name'])
    if (name === undefined) throw fail(`\`${where}\` has no \`name\`.`)
    if (column['type'] === undefined) throw fail(`The column \`${name}\` has no \`type\`.`)
    const comment = textOf(column['comment'])
    return {
      name,
      type: typeOf(name, column['type']),
      nullable: booleanOf(column['nullable'], `nullable of the column \`${name}\``),
      ...numberField('columnLength', column),
      ...numberField('columnScale', column),
      ...(column['defaultValue'] === undefined ? {} : { defaultValue: column['defaultValue'] }),
      ...(comment === undefined ? {} : { comment }),
    }
  })

const numberField = <Key extends string>(key: Key, column: JsonObject): { [K in Key]?: number } => {
  const value = column[key]
  if (value === undefined || value === null) return {}
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) {
    throw fail(`\`${key}\` of the column \`${textOf(column['name'])}\` must be a whole number.`)
  }
  return { [key]: number } as { [K in Key]?: number }
}

const booleanOf = (value: JsonValue | undefined, what: string): boolean => {
  if (value === undefined || value === null) return true
  const word = textOf(value)?.toLowerCase()
  if (word !== 'true' && word !== 'false') throw fail(`${what} must be true or false.`)
  return word === 'true'
}

const parsePrimaryKey = (
  value: JsonValue | undefined,
  columns: readonly Column[],
): PrimaryKey | undefined => {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw fail('`schema.primaryKey` must be an object with `columnNames`.')
  const columnNames = listOf(value['columnNames'] ?? [], 'schema.primaryKey.columnNames').map(
    (name) => textOf(name) ?? '',
  )
  if (columnNames.length === 0) throw fail('`schema.primaryKey` has no `columnNames`.')
  for (const name of columnNames) checkColumn(name, columns, 'schema.primaryKey')
  return { name: textOf(value['name']) ?? 'PRIMARY', columnNames }
}

const parseConstraints = (
  value: JsonValue | undefined,
  columns: readonly Column[],
): ConstraintKey[] => {
  if (value === undefined || value === null) return []
  return listOf(value, 'schema.constraintKeys').map((key, index) => {
    const where = `schema.constraintKeys[${index}]`
    if (!isObject(key)) throw fail(`\`${where}\` must be an object.`)
    const written = (textOf(key['constraintType']) ?? '').toUpperCase()
    const kind = CONSTRAINTS.find((each) => each === written)
    if (kind === undefined) {
      throw fail(`\`${where}.constraintType\` must be one of ${CONSTRAINTS.join(', ')}.`)
    }
    const listed = listOf(key['constraintColumns'] ?? [], `${where}.constraintColumns`)
    return {
      name: textOf(key['constraintName']) ?? '',
      kind,
      columns: listed.map((column) => constraintColumn(column, columns, where)),
    }
  })
}

const constraintColumn = (
  value: JsonValue,
  columns: readonly Column[],
  where: string,
): ConstraintKey['columns'][number] => {
  const name = isObject(value) ? textOf(value['columnName']) : textOf(value)
  if (name === undefined) throw fail(`A column of \`${where}\` has no \`columnName\`.`)
  checkColumn(name, columns, where)
  const sort = (isObject(value) ? textOf(value['sortType']) : undefined)?.toUpperCase()
  if (sort === undefined) return { name }
  if (sort !== 'ASC' && sort !== 'DESC') {
    throw fail(`\`sortType\` of \`${name}\` in \`${where}\` must be ASC or DESC.`)
  }
  return { name, sort }
}

const checkColumn = (name: string, columns: readonly Column[], where: string): void => {
  const names = columns.map((column) => column.name)
  if (names.includes(name)) return
  const meant = nearest(name, names)
  const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`
  throw fail(`\`${where}\` names the column \`${name}\`, which the schema does not have.${hint}`)
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (value: JsonValue, where: string): readonly JsonValue[] => {
  if (Array.isArray(value)) return value
  if (isObject(value)) return [value]
  if (typeof value === 'string') return [value]
  throw fail(`\`${where}\` must be a list.`)
}

const textOf = (value: JsonValue | undefined): string | undefined =>
  value === undefined || value === null || typeof value === 'object' ? undefined : String(value)
