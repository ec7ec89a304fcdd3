import type { TableSchema } from '../../runtime/rows/index.ts'

/** The parts of a table's path; a part that it does not have is empty. */
const partsOf = (path: string): { database: string; schema: string; table: string } => {
  const parts = path.split('.')
  const table = parts.at(-1)!
  const database = parts.length > 1 ? parts[0]! : ''
  return { database, schema: parts.length > 2 ? parts.slice(1, -1).join('.') : '', table }
}

/** What SeaTunnel's reserved names stand for, by upstream table. */
const valuesOf = (table: TableSchema): { readonly [name: string]: string } => {
  const { database, schema, table: name } = partsOf(table.path)
  const unique = (table.constraintKeys ?? []).filter(({ kind }) => kind === 'UNIQUE_KEY')
  return {
    database_name: database,
    schema_name: schema,
    table_name: name,
    schema_full_name: [database, schema].filter((part) => part !== '').join('.'),
    table_full_name: table.path,
    primary_key: (table.primaryKey?.columnNames ?? []).join(','),
    unique_key: unique.flatMap((key) => key.columns.map((column) => column.name)).join(','),
    field_names: table.columns.map((column) => column.name).join(','),
    comment: table.comment ?? '',
  }
}

/**
 * Replaces `${table_name}` and its kin by what they are for an upstream table; `${name:other}` is
 * `other` where the table has nothing to say. Other names stay as they are.
 */
export const fillPlaceholders = (text: string, table: TableSchema): string => {
  const values = valuesOf(table)
  return text.replace(/\$\{(\w+)(?::([^}]*))?\}/g, (written, name: string, other?: string) => {
    const value = values[name]
    return value === undefined ? written : value || (other ?? '')
  })
}
