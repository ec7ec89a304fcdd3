import { EngineError } from '../../../runtime/errors/index.ts'
import {
  column,
  columnIndex,
  parseTimestamp,
  type Column,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import { compilePattern } from '../../../runtime/timepatterns/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import { parseSchemaBlock } from '../../schema/index.ts'
import { diskPath, partitionsOf } from './paths.ts'
import type { SOURCE_OPTIONS, TABLE_OPTIONS } from './spec.ts'
import { unescapeText } from './texts.ts'

export type SourceOptions = OptionsOf<typeof SOURCE_OPTIONS>
export type TableOptions = OptionsOf<typeof TABLE_OPTIONS>

export type FileFormat = 'text' | 'csv' | 'json' | 'parquet' | 'xml' | 'binary'

/** The files of one table, as the options describe them. */
export interface FileTable {
  readonly options: TableOptions
  readonly path: string
  readonly format: FileFormat
  /** What the schema block says; null when there is none. */
  readonly declared: TableSchema | null
  /** The name of the table where no schema names it. */
  readonly tablePath: string
}

const CATALOG = 'LocalFile'
const DEFAULT_TABLE = 'default'

/** The tables of the source, in order. Throws CFG-003, CFG-005, FIL-005 and what schemas throw. */
export const fileTables = (
  options: SourceOptions,
  output: string | null | undefined,
): readonly FileTable[] => {
  const several = options.tables_configs
  const all = several === undefined || several.length === 0 ? [options] : several
  return all.map((table) => fileTableOf(table, output ?? DEFAULT_TABLE))
}

const fileTableOf = (options: TableOptions, tablePath: string): FileTable => {
  if (options.path === undefined || options.path.trim() === '') {
    throw new EngineError('CFG-003', 'LocalFile: path is missing; name a file or a folder.')
  }
  if (options.file_format_type === undefined) {
    throw new EngineError('CFG-003', 'LocalFile: file_format_type is missing; for instance csv.')
  }
  const format = supportedFormat(options.file_format_type)
  const declared =
    options.schema === undefined || format === 'binary'
      ? null
      : parseSchemaBlock(options.schema, CATALOG, tablePath)
  const table = { options, path: diskPath(options.path), format, declared, tablePath }
  checkOptions(table)
  return table
}

/** Refuses a format that has no reader or writer here, with what to do instead. */
export const supportedFormat = (format: string): FileFormat => {
  switch (format) {
    case 'text':
    case 'csv':
    case 'json':
    case 'parquet':
    case 'binary':
      return format
    default:
      throw new EngineError(
        'FIL-005',
        `LocalFile: files of format ${format} are not supported; use text, csv, json, parquet or binary.`,
      )
  }
}

const checkOptions = ({ options, format, declared }: FileTable): void => {
  const needsSchema = format === 'json' && declared?.columns.length === undefined
  if (needsSchema) {
    throw new EngineError('CFG-003', `LocalFile: a schema is missing; ${format} files need one.`)
  }
  const columns = options.read_columns ?? []
  if (columns.length > 0 && declared === null && format === 'text') {
    throw new EngineError(
      'CFG-005',
      'LocalFile: read_columns needs a schema for text files; without one a line is one column.',
    )
  }
  for (const name of columns) {
    if (declared !== null && declared.columns.length > 0 && columnIndex(declared, name) < 0) {
      throw new EngineError(
        'CFG-005',
        `LocalFile: read_columns names ${name}, which the schema lacks.`,
      )
    }
  }
  for (const key of ['quote_char', 'escape_char'] as const) {
    const character = options[key]
    if (character !== undefined && !isAsciiCharacter(character)) {
      throw new EngineError('CFG-005', `LocalFile: ${key} is one ASCII character.`)
    }
  }
}

const isAsciiCharacter = (text: string): boolean =>
  text === '' || (text.length === 1 && text.charCodeAt(0) < 128)

/** `\001` for text, a comma for csv, unless the options say otherwise. */
export const fieldDelimiterOf = (format: string, written: string | undefined): string =>
  written === undefined || written === ''
    ? format === 'csv'
      ? ','
      : '\u0001'
    : unescapeText(written)

const CONTENT: Column = column('content', { kind: 'string' })

const BINARY_COLUMNS: readonly Column[] = [
  column('data', { kind: 'bytes' }),
  column('relativePath', { kind: 'string' }),
  column('partIndex', { kind: 'bigint' }),
]

/** The columns of the files themselves, when the options tell them; else undefined. */
export const declaredColumns = (table: FileTable): readonly Column[] | undefined => {
  if (table.format === 'binary') return BINARY_COLUMNS
  if (table.declared !== null && table.declared.columns.length > 0) {
    const names = table.options.read_columns ?? []
    const { columns } = table.declared
    return names.length === 0
      ? columns
      : names.map((name) => columns.find((one) => one.name === name)!)
  }
  if (table.format === 'parquet') return undefined
  if (table.format === 'csv' && table.options.csv_use_header_line) return undefined
  return [CONTENT]
}

/** The schema of a table whose files have `columns`, in folders like those of `path`. */
export const schemaOf = (
  table: FileTable,
  columns: readonly Column[],
  path: string,
): TableSchema => {
  const { declared } = table
  const names = new Set(columns.map((one) => one.name))
  const added = partitionNames(table, path).filter((name) => !names.has(name))
  const all = [...columns, ...added.map((name) => column(name, { kind: 'string' }))]
  const keys = declared?.primaryKey?.columnNames ?? []
  const base = { path: declared?.path ?? table.tablePath, catalog: CATALOG, columns: all }
  return declared !== null && keys.every((key) => all.some((one) => one.name === key))
    ? { ...declared, ...base }
    : base
}

export const partitionNames = (table: FileTable, path: string): readonly string[] =>
  table.options.parse_partition_from_path && table.format !== 'binary'
    ? [...partitionsOf(path).keys()]
    : []

/** Whether the path is written like one file, so that no folder below it can add columns. */
export const looksLikeFile = (path: string): boolean => /\.[A-Za-z0-9]+$/.test(path)

/** Milliseconds of a time in the job file, taken as UTC. */
export const modifiedLimit = (text: string | undefined, key: string): number | undefined => {
  if (text === undefined) return undefined
  const time = parseTimestamp(text) ?? compilePattern('yyyy-MM-dd').parseTimestamp(text)
  if (time === null) {
    throw new EngineError(
      'CFG-005',
      `LocalFile: ${key} is no time; write it as yyyy-MM-dd HH:mm:ss.`,
    )
  }
  return time.epochSeconds * 1000
}
