import {
  valueFromJson,
  type Column,
  type DataType,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import { parseSchemaBlock } from '../../schema/index.ts'
import { fixedBatch } from './fixedRows.ts'
import { naming } from './naming.ts'
import { tableSettings } from './settings.ts'
import type { FAKE_SOURCE_OPTIONS, TABLE_OPTIONS } from './spec.ts'
import { currentValue, isCurrent } from './times.ts'

type FakeSourceOptions = OptionsOf<typeof FAKE_SOURCE_OPTIONS>

/** One table to generate. */
export interface FakeTable {
  readonly options: OptionsOf<typeof TABLE_OPTIONS>
}

/** The name of a table whose schema block names none and whose source has no output name. */
const DEFAULT_PATH = 'fake'

export const fakeTables = (options: FakeSourceOptions): readonly FakeTable[] => {
  const several = options.tables_configs
  if (several === undefined || several.length === 0) return [{ options }]
  return several.map((table) => ({ options: table }))
}

/** The schemas of all tables, in the order of `fakeTables`. Throws CFG-003 and CFG-005. */
export const fakeSchemas = (
  options: FakeSourceOptions,
  output: string | null | undefined,
): readonly TableSchema[] => {
  const schemas = fakeTables(options).map((table) => schemaOf(table, output ?? DEFAULT_PATH))
  const paths = schemas.map((schema) => schema.path)
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined) {
    throw new EngineError(
      'CFG-005',
      `FakeSource: two of tables_configs are called ${twice}; give each schema a table of its own.`,
    )
  }
  return schemas
}

const schemaOf = (table: FakeTable, path: string): TableSchema => {
  const { schema } = table.options
  if (schema === undefined) {
    throw new EngineError(
      'CFG-003',
      'FakeSource: schema is missing; describe the columns in a schema block.',
    )
  }
  const parsed = parseSchemaBlock(schema, 'FakeSource', path)
  checkContents(table, parsed)
  return parsed
}

/** Makes what a reader would make of the options, so that lint tells of their mistakes. */
const checkContents = (table: FakeTable, schema: TableSchema): void => {
  tableSettings(table.options, schema, 0)
  if (table.options.rows !== undefined) fixedBatch(schema, table.options.rows, 0)
  for (const column of schema.columns) {
    if (!isNested(column.type)) defaultValueOf(column, column.type, 0)
  }
}

const isNested = ({ kind }: DataType): boolean =>
  kind === 'array' || kind === 'map' || kind === 'row' || kind.endsWith('_vector')

/** The default of `column` as a value of `type`, its own or that of an item within; else undefined. */
export const defaultValueOf = (
  column: Column,
  type: DataType,
  nowMs: number,
): Value | undefined => {
  const written = column.defaultValue
  if (written === undefined || written === null) return undefined
  if (isCurrent(type, written)) return currentValue(type, nowMs)
  if (type.kind === 'bytes' && typeof written === 'string') {
    // As SeaTunnel reads it: the text itself, not base64 as in `rows`.
    return new TextEncoder().encode(written)
  }
  return naming(`defaultValue of column ${column.name}`, () => valueFromJson(type, written))
}
