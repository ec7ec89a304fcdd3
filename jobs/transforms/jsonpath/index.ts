import type { JsonValue } from '../../../runtime/config/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import {
  formatType,
  parseType,
  selectRows,
  valueAt,
  valueFromJson,
  valueToJson,
  vectorOf,
  type Batch,
  type Column,
  type DataType,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import type { CountSkipped } from '../contract.ts'
import { adding, requireColumn } from '../schemas.ts'
import { defineTableTransform, type FailRow } from '../tableTransform.ts'
import { parseLooseJson } from './looseJson.ts'
import { pathReader, startsWithIndex, type PathReader } from './paths.ts'
import { JSON_PATH_OPTIONS } from './spec.ts'

interface Extraction {
  readonly source: number
  readonly toJson: (value: Value) => JsonValue
  readonly path: string
  readonly read: PathReader
  readonly column: Column
  readonly errorWay: 'FAIL' | 'SKIP' | 'SKIP_ROW'
}

/** JsonPath: reads values out of JSON into columns. */
export const jsonPath = defineTableTransform({
  name: 'JsonPath',
  description: 'Reads values out of JSON, arrays, maps and rows into columns.',
  options: JSON_PATH_OPTIONS,
  needs: ['columns'],
  bindTable: (options, table) => {
    const readerOf = sharedReaders(table)
    const extractions = options
      .columns!.flatMap(separate)
      .map((entry) => extractionOf(entry, options, table, readerOf))
    const columns = extractions.map(({ column }) => column)
    const { output, build } = adding(table, columns, 'JsonPath')
    return {
      outputs: [output],
      apply: (batch, emit, fail, countSkipped) => {
        const values = extractions.map(() => new Array<Value>(batch.rowCount).fill(null))
        const kept = new Int32Array(batch.rowCount)
        let count = 0
        const failures = { fail, countSkipped }
        for (let row = 0; row < batch.rowCount; row += 1) {
          kept[count] = row
          count += extractRow(extractions, values, batch, row, failures) ? 1 : 0
        }
        const vectors = values.map((column, index) => vectorOf(columns[index]!.type, column))
        emit(selectRows(build(batch, vectors), kept, count))
      },
    }
  },
})

type Options = OptionsOf<typeof JSON_PATH_OPTIONS>
type Entry = NonNullable<Options['columns']>[number]

/** One entry may stand for several, with `;` between their paths, columns and types. */
const separate = (entry: Entry): readonly Entry[] => {
  const names = entry.dest_field.split(';')
  if (names.length === 1) return [entry]
  const paths = entry.path.split(';')
  const types = typeof entry.dest_type === 'string' ? entry.dest_type.split(';') : []
  const typesFit = types.length === names.length || types.length === 1
  if (paths.length !== names.length || !typesFit) {
    throw new EngineError(
      'TRF-002',
      `JsonPath: ${paths.length} paths and ${types.length} types for ${names.length} columns in one entry; they must agree.`,
    )
  }
  return names.map((name, index) => ({
    ...entry,
    dest_field: name.trim(),
    path: paths[index]!.trim(),
    dest_type: (types[index] ?? types[0]!).trim(),
  }))
}

const extractionOf = (
  entry: Entry,
  options: Options,
  table: TableSchema,
  readerOf: ReaderOf,
): Extraction => {
  const source = requireColumn(table, entry.src_field, 'JsonPath')
  const { path } = entry
  const type = parseType(entry.dest_type)
  const way = entry.column_error_handle_way ?? options.column_error_handle_way ?? 'FAIL'
  return {
    source,
    toJson: readerOf(source, startsWithIndex(path)),
    path,
    read: pathReader(path),
    column: { name: entry.dest_field, type, nullable: true },
    errorWay: way as Extraction['errorWay'],
  }
}

type ReaderOf = (source: number, byIndex: boolean) => (value: Value) => JsonValue

/** Columns that read from one source share its parsed JSON, row by row. */
const sharedReaders = (table: TableSchema): ReaderOf => {
  const readers = new Map<string, (value: Value) => JsonValue>()
  return (source, byIndex) => {
    const key = `${source} ${byIndex}`
    const known = readers.get(key)
    if (known !== undefined) return known
    const parse = jsonReader(table.columns[source]!, byIndex)
    let lastValue: Value = null
    let lastJson: JsonValue = null
    const reader = (value: Value): JsonValue => {
      if (value !== lastValue) {
        lastJson = parse(value)
        lastValue = value
      }
      return lastJson
    }
    readers.set(key, reader)
    return reader
  }
}

const JSON_TYPES = new Set(['array', 'map', 'row'])

const jsonReader = ({ name, type }: Column, byIndex: boolean): ((value: Value) => JsonValue) => {
  if (type.kind === 'string') return (value) => parseLooseJson(value as string)
  if (type.kind === 'bytes') {
    return (value) => parseLooseJson(new TextDecoder().decode(value as Uint8Array))
  }
  if (type.kind === 'row' && byIndex) {
    return (value) =>
      type.fields.map((field, index) =>
        valueToJson(field.type, (value as readonly Value[])[index]!),
      )
  }
  if (JSON_TYPES.has(type.kind)) return (value) => valueToJson(type, value)
  throw new EngineError(
    'TRF-002',
    `JsonPath reads texts, bytes, arrays, maps and rows, and "${name}" is a ${formatType(type as DataType)}.`,
  )
}

/** False when the row is left out; one that fails has then gone to `fail`. */
const extractRow = (
  extractions: readonly Extraction[],
  values: readonly Value[][],
  batch: Batch,
  row: number,
  { fail, countSkipped }: { readonly fail: FailRow; readonly countSkipped: CountSkipped },
): boolean => {
  for (const [index, extraction] of extractions.entries()) {
    const source = valueAt(batch.columns[extraction.source]!, row)
    if (source === null) continue
    const result = extract(extraction, source)
    if (!(result instanceof EngineError)) {
      values[index]![row] = result
    } else if (extraction.errorWay !== 'SKIP') {
      if (extraction.errorWay === 'FAIL') fail(batch, row, result)
      else countSkipped(1)
      return false
    }
  }
  return true
}

const extract = (
  { toJson, read, path, column }: Extraction,
  source: Value,
): Value | EngineError => {
  try {
    const found = read(toJson(source))
    if (found !== undefined) return valueFromJson(column.type, found)
    return new EngineError('TRF-003', `There is nothing at ${path} for "${column.name}".`)
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown
    if (!(thrown instanceof SyntaxError)) throw thrown
    return new EngineError('TRF-003', `The text for "${column.name}" is not JSON.`)
  }
}
