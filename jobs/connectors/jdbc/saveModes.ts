import { EngineError } from '../../../runtime/errors/index.ts'
import type { TableSchema } from '../../../runtime/rows/index.ts'
import { fillPlaceholders } from '../placeholders.ts'
import type { TableName } from './dialects/dialect.ts'
import type { Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { isGenerated, keyColumns, targetColumn, targetName } from './targetTables.ts'

/** Brings the written table into the state that the save modes ask for, before the first row. */
export const applySaveModes = async (
  session: Session,
  options: JdbcSinkOptions,
  upstream: TableSchema,
): Promise<void> => {
  if (!isGenerated(options)) return
  const name = targetName(options, session.target, upstream)
  const isThere = await applySchemaMode(session, options, upstream, name)
  if (isThere) await applyDataMode(session, options, upstream, name)
}

const exists = async ({ dialect, connection }: Session, name: TableName): Promise<boolean> => {
  const read = { tinyintIsBoolean: true, blobIsString: false }
  return (await dialect.describeTable(connection, name, read)) !== undefined
}

/** True when the table was there before and stays. */
const applySchemaMode = async (
  session: Session,
  options: JdbcSinkOptions,
  upstream: TableSchema,
  name: TableName,
): Promise<boolean> => {
  const { dialect, connection } = session
  const isThere = await exists(session, name)
  switch (options.schema_save_mode) {
    case 'IGNORE':
      return isThere
    case 'ERROR_WHEN_SCHEMA_NOT_EXIST':
      if (isThere) return true
      throw new EngineError(
        'JDB-008',
        `The table ${dialect.pathOf(name)} does not exist, and schema_save_mode is ` +
          'ERROR_WHEN_SCHEMA_NOT_EXIST.',
      )
    case 'RECREATE_SCHEMA':
      if (isThere) await connection.script(`DROP TABLE ${dialect.qualified(name)}`)
      await createTable(session, options, upstream, name)
      return false
    default:
      if (!isThere) await createTable(session, options, upstream, name)
      return isThere
  }
}

const applyDataMode = async (
  session: Session,
  options: JdbcSinkOptions,
  upstream: TableSchema,
  name: TableName,
): Promise<void> => {
  const { dialect, connection, target } = session
  const qualified = dialect.qualified(name)
  switch (options.data_save_mode) {
    case 'DROP_DATA':
      await connection.script(
        target.dialect === 'sqlite' ? `DELETE FROM ${qualified}` : `TRUNCATE TABLE ${qualified}`,
      )
      return
    case 'CUSTOM_PROCESSING':
      if (options.custom_sql === undefined) {
        throw new EngineError('JDB-001', 'data_save_mode CUSTOM_PROCESSING needs custom_sql.')
      }
      await connection.script(fillPlaceholders(options.custom_sql, upstream))
      return
    case 'ERROR_WHEN_DATA_EXISTS': {
      const { rows } = await connection.query(`SELECT 1 FROM ${qualified} LIMIT 1`)
      if (rows.length === 0) return
      throw new EngineError(
        'JDB-008',
        `The table ${dialect.pathOf(name)} has rows, and data_save_mode is ERROR_WHEN_DATA_EXISTS.`,
      )
    }
    default:
  }
}

const createTable = async (
  session: Session,
  options: JdbcSinkOptions,
  upstream: TableSchema,
  name: TableName,
): Promise<void> => {
  const { dialect, connection, target } = session
  const quoted = (column: string): string => dialect.quote(targetColumn(options, column))
  const keys = keyColumns(options, upstream)
  const unique = (upstream.constraintKeys ?? [])
    .filter((key) => key.kind === 'UNIQUE_KEY')
    .map((key) => key.columns.map((column) => column.name))
  const indexed = new Set([...keys, ...unique.flat()])
  const lines = upstream.columns.map((column) => {
    const type = dialect.columnType(column, indexed.has(column.name))
    const isRequired = !column.nullable || keys.includes(column.name)
    return `${quoted(column.name)} ${type}${isRequired ? ' NOT NULL' : ''}`
  })
  if (options.create_index) {
    if (keys.length > 0) lines.push(`PRIMARY KEY (${keys.map(quoted).join(', ')})`)
    for (const columns of unique) lines.push(`UNIQUE (${columns.map(quoted).join(', ')})`)
  }
  if (target.dialect === 'postgresql') {
    await connection.script(`CREATE SCHEMA IF NOT EXISTS ${dialect.quote(name.schema)}`)
  } else if (target.dialect === 'mysql') {
    await connection.script(`CREATE DATABASE IF NOT EXISTS ${dialect.quote(name.database)}`)
  }
  // The default of many servers still holds Latin letters only.
  const charset = target.dialect === 'mysql' ? ' CHARACTER SET utf8mb4' : ''
  await connection.script(
    `CREATE TABLE ${dialect.qualified(name)} (\n  ${lines.join(',\n  ')}\n)${charset}`,
  )
}
