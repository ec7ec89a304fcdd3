import { EngineError } from '../../../runtime/errors/index.ts'
import type { PrimaryKey, TableSchema } from '../../../runtime/rows/index.ts'
import type { ReadColumn, ReadOptions, TableDescription, TableName } from './dialects/dialect.ts'
import type { Session } from './session.ts'
import type { JdbcSourceOptions } from './spec.ts'

/** The path of what a query yields when the options name no table, as SeaTunnel has it. */
const QUERY_PATH = 'default.default.default'

/** A table or query to read, as the options name it. */
export interface SourceTable {
  readonly tablePath: string | undefined
  readonly query: string | undefined
  readonly partitionColumn: string | undefined
  readonly partitionNumber: number | undefined
  readonly lowerBound: string | undefined
  readonly upperBound: string | undefined
  readonly usesPattern: boolean
}

/** A table or query with what the database says about it. */
export interface ReadTable {
  readonly source: SourceTable
  readonly schema: TableSchema
  readonly columns: readonly ReadColumn[]
  readonly name: TableName | undefined
  /** A table's name or a SELECT in parentheses. */
  readonly relation: string
  /** Unique together in what is read; empty when nothing is known to be. */
  readonly keys: readonly string[]
  /** The columns of the primary key and of unique indexes: what splits may be cut by. */
  readonly splitCandidates: readonly string[]
}

/** What the options name; throws JDB-001 when that is nothing. */
export const sourceTables = (options: JdbcSourceOptions): SourceTable[] => {
  const common = {
    partitionColumn: options.partition_column,
    partitionNumber: options.partition_num,
    lowerBound: options.partition_lower_bound,
    upperBound: options.partition_upper_bound,
  }
  if (options.table_list !== undefined && options.table_list.length > 0) {
    return options.table_list.map((item) => ({
      tablePath: item.table_path,
      query: item.query,
      partitionColumn: item.partition_column ?? common.partitionColumn,
      partitionNumber: item.partition_num ?? common.partitionNumber,
      lowerBound: item.partition_lower_bound ?? common.lowerBound,
      upperBound: item.partition_upper_bound ?? common.upperBound,
      usesPattern: item.use_regex ?? options.use_regex,
    }))
  }
  const { database, table } = options
  const written = table === undefined ? undefined : [database, table].filter(Boolean).join('.')
  const tablePath = options.table_path ?? written
  if (tablePath === undefined && options.query === undefined) {
    throw new EngineError(
      'JDB-001',
      'The Jdbc source has nothing to read: set query, table_path or table_list.',
    )
  }
  return [{ tablePath, query: options.query, usesPattern: options.use_regex, ...common }]
}

/** Asks the database about all tables and queries of the options. */
export const describeSource = async (
  session: Session,
  options: JdbcSourceOptions,
): Promise<ReadTable[]> => {
  const described: ReadTable[] = []
  for (const source of sourceTables(options)) {
    for (const exact of await expandPattern(session, source)) {
      described.push(await describeOne(session, exact, options))
    }
  }
  return described
}

const expandPattern = async (session: Session, source: SourceTable): Promise<SourceTable[]> => {
  const { tablePath } = source
  if (!source.usesPattern || tablePath === undefined) return [source]
  const pattern = new RegExp(`^(?:${tablePath})$`)
  const { dialect, connection, target } = session
  const paths = (await dialect.listTables(connection, target)).map(dialect.pathOf)
  const matching = paths.filter((path) => pattern.test(path))
  if (matching.length === 0) {
    throw new EngineError('JDB-005', `No table matches the pattern ${tablePath}.`)
  }
  return matching.map((path) => ({ ...source, tablePath: path, usesPattern: false }))
}

const describeOne = async (
  session: Session,
  source: SourceTable,
  options: JdbcSourceOptions,
): Promise<ReadTable> => {
  const { dialect, connection, target } = session
  const read: ReadOptions = {
    tinyintIsBoolean: options.int_type_narrowing,
    blobIsString: options.handle_blob_as_string,
  }
  const { tablePath } = source
  const name = tablePath === undefined ? undefined : dialect.nameOf(tablePath, target)
  const table = name && (await dialect.describeTable(connection, name, read))
  if (name !== undefined && table === undefined && source.query === undefined) {
    throw new EngineError('JDB-005', `The table ${tablePath} does not exist.`)
  }
  const query = source.query?.trim().replace(/;$/, '')
  const columns =
    query === undefined ? table!.columns : await dialect.describeQuery(connection, query, read)
  const where = options.where_condition?.trim()
  const relation = relationOf(query, name && dialect.qualified(name), where)
  const names = new Set(columns.map(({ column }) => column.name))
  const primaryKey = (table?.primaryKey ?? []).filter((column) => names.has(column))
  const hasWholeKey = primaryKey.length > 0 && primaryKey.length === table?.primaryKey.length
  return {
    source,
    schema: {
      path: name === undefined ? QUERY_PATH : dialect.pathOf(name),
      catalog: 'Jdbc',
      columns: columns.map(({ column }) => column),
      ...(hasWholeKey ? { primaryKey: keyOf(table!) } : {}),
      ...(table?.comment === undefined ? {} : { comment: table.comment }),
    },
    columns,
    name: where === undefined && query === undefined ? name : undefined,
    relation,
    // A query may yield a row of a table more than once: its keys are not known to be unique.
    keys: query === undefined ? primaryKey : [],
    splitCandidates: [...primaryKey, ...(table?.uniqueKeys ?? []).flat()].filter((column) =>
      names.has(column),
    ),
  }
}

const keyOf = (table: TableDescription): PrimaryKey => ({
  name: `pk_${table.name.table}`,
  columnNames: table.primaryKey,
})

const relationOf = (
  query: string | undefined,
  tableName: string | undefined,
  where: string | undefined,
): string => {
  const whole = query === undefined ? tableName! : `(${query})`
  if (where === undefined || where === '') return whole
  return `(SELECT * FROM ${whole} AS w ${where})`
}
