import { EngineError } from '../../../runtime/errors/index.ts'
import type { TableSchema } from '../../../runtime/rows/index.ts'
import { fillPlaceholders } from '../placeholders.ts'
import type { TableDescription, TableName, WriteColumn, WriteTable } from './dialects/dialect.ts'
import { dialectOf, type Session } from './session.ts'
import type { JdbcSinkOptions } from './spec.ts'
import { parseTarget, type Target } from './urls.ts'

/** Whether statements are made from a table, and not given by `query`. */
export const isGenerated = (options: JdbcSinkOptions): boolean =>
  options.generate_sink_sql || options.table !== undefined

/** The database of the options; throws JDB-001 when they name nothing to write to. */
export const sinkTarget = (options: JdbcSinkOptions): Target => {
  if (!isGenerated(options) && options.query === undefined) {
    throw new EngineError(
      'JDB-001',
      'The Jdbc sink has nothing to write to: set database and table, or query.',
    )
  }
  return parseTarget(options, options.database?.includes('${') ? undefined : options.database)
}

/** The table that rows of an upstream table are written to. */
export const targetName = (
  options: JdbcSinkOptions,
  target: Target,
  upstream: TableSchema,
): TableName => {
  const fallback =
    target.dialect === 'postgresql' ? '${schema_name:public}.${table_name}' : '${table_name}'
  const path = fillPlaceholders(options.table ?? fallback, upstream).replaceAll(/["`]/g, '')
  const database = fillPlaceholders(options.database ?? '', upstream)
  const isPlain = target.dialect !== 'mysql' || path.includes('.') || database === ''
  return dialectOf(target).nameOf(isPlain ? path : `${database}.${path}`, target)
}

/** The name of a column in the written table. */
export const targetColumn = (options: JdbcSinkOptions, name: string): string => {
  if (options.field_ide === 'UPPERCASE') return name.toUpperCase()
  return options.field_ide === 'LOWERCASE' ? name.toLowerCase() : name
}

/** The columns of the key as upstream names them; empty when there is none. */
export const keyColumns = (options: JdbcSinkOptions, upstream: TableSchema): readonly string[] => {
  const wanted = options.primary_keys?.map((key) => fillPlaceholders(key, upstream))
  const named = wanted?.flatMap((key) => key.split(',')).filter((key) => key !== '')
  if (named === undefined || named.length === 0) return upstream.primaryKey?.columnNames ?? []
  return named.map((key) => {
    const found = upstream.columns.find(
      ({ name }) => name === key || targetColumn(options, name) === key,
    )
    if (found !== undefined) return found.name
    throw new EngineError(
      'JDB-005',
      `primary_keys names ${key}, which is not a column of ${upstream.path}.`,
    )
  })
}

const isUnique = (table: TableDescription, names: readonly string[]): boolean =>
  [table.primaryKey, ...table.uniqueKeys].some(
    (key) => key.length === names.length && key.every((name) => names.includes(name)),
  )

/** How rows of an upstream table are written; asks the database what its columns are. */
export const describeTarget = async (
  session: Session,
  options: JdbcSinkOptions,
  upstream: TableSchema,
  stageName: string,
): Promise<WriteTable> => {
  const { dialect, connection, target } = session
  const name = targetName(options, target, upstream)
  const described = await dialect.describeTable(connection, name, {
    tinyintIsBoolean: true,
    blobIsString: false,
  })
  if (described === undefined) {
    throw new EngineError('JDB-005', `The table ${dialect.pathOf(name)} does not exist.`)
  }
  const columns = upstream.columns.map((column): WriteColumn => {
    const wanted = targetColumn(options, column.name)
    const found =
      described.columns.find((candidate) => candidate.column.name === wanted) ??
      described.columns.find(
        (candidate) => candidate.column.name.toLowerCase() === wanted.toLowerCase(),
      )
    if (found === undefined) {
      const names = described.columns.map((candidate) => candidate.column.name).join(', ')
      throw new EngineError(
        'JDB-005',
        `The table ${dialect.pathOf(name)} has no column ${wanted}: it has ${names}.`,
      )
    }
    return { name: found.column.name, type: column.type, databaseType: found.databaseType }
  })
  const wantedKeys = keyColumns(options, upstream).map((key) =>
    upstream.columns.findIndex((column) => column.name === key),
  )
  const keyNames = wantedKeys.map((key) => columns[key]!.name)
  // A key that only the upstream table has does not make its rows replace others here.
  const isKeyHere = options.primary_keys !== undefined || isUnique(described, keyNames)
  const keys = isKeyHere ? wantedKeys : []
  return {
    name: dialect.qualified(name),
    isTwoPhase: options.is_exactly_once,
    stage: dialect.qualified({ ...name, table: stageName }),
    columns,
    keys,
  }
}
