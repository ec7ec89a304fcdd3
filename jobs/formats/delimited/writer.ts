import {
  writeJson,
  type Batch,
  type DataType,
  type TableSchema,
  type Value,
  type Vector,
} from '../../../runtime/rows/index.ts'
import { ByteSink } from '../byteSink.ts'
import { patternOf, type TemporalFormats } from '../cells/index.ts'
import type { RowWriter } from '../contract.ts'
import { nullsOf, scalarWriterOf, type TemporalPatterns, type WriteCell } from '../scalarWriters.ts'
import { NESTED_SEPARATORS } from './nested.ts'

/** Which texts of a csv file stand in quotes: all, those that must, or none at all. */
export type QuoteMode = 'ALL' | 'MINIMAL' | 'NONE'

export interface DelimitedWriterOptions {
  readonly table: TableSchema
  readonly fieldDelimiter: string
  readonly rowDelimiter: string
  /** Null for text, which has no quotes. */
  readonly quoteMode: QuoteMode | null
  readonly hasHeader: boolean
  readonly temporal: TemporalFormats
}

const QUOTE = 34
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK = 32
const encoder = new TextEncoder()

/** A writer of csv, or of text with delimiters but without quotes, in UTF-8. A null is empty. */
export const createDelimitedWriter = (options: DelimitedWriterOptions): RowWriter => {
  const { table } = options
  const sink = new ByteSink()
  const delimiter = encoder.encode(options.fieldDelimiter)
  const rowEnd = encoder.encode(options.rowDelimiter)
  const writeText = textWriterOf(sink, delimiter, rowEnd, options.quoteMode)
  const patterns: TemporalPatterns = {
    date: patternOf(options.temporal.date),
    time: patternOf(options.temporal.time),
    datetime: patternOf(options.temporal.datetime),
    separator: BLANK,
  }
  if (options.hasHeader) {
    for (const [index, column] of table.columns.entries()) {
      if (index > 0) sink.slice(delimiter, 0, delimiter.length)
      const name = encoder.encode(column.name)
      writeText(name, 0, name.length)
    }
    sink.slice(rowEnd, 0, rowEnd.length)
  }

  const cellWriterOf = (type: DataType, vector: Vector): WriteCell => {
    if (vector.kind === 'utf8') {
      const { bytes, starts, ends } = vector.utf8()
      return (row) => writeText(bytes, starts[row]!, ends[row]!)
    }
    const scalar = scalarWriterOf(type, vector, sink, patterns)
    if (scalar !== null) return scalar
    const values = vector.kind === 'object' ? vector.values : []
    return (row) => {
      const text = cellBytes(type, values[row]!)
      writeText(text, 0, text.length)
    }
  }

  const write = (batch: Batch): void => {
    const { columns } = batch
    const writers = columns.map((vector, index) => cellWriterOf(table.columns[index]!.type, vector))
    const nulls = columns.map(nullsOf)
    for (let row = 0; row < batch.rowCount; row += 1) {
      for (let column = 0; column < writers.length; column += 1) {
        if (column > 0) sink.slice(delimiter, 0, delimiter.length)
        if (nulls[column]?.[row] !== 1) writers[column]!(row)
      }
      sink.slice(rowEnd, 0, rowEnd.length)
    }
  }

  return {
    write,
    take: () => sink.take(),
    finish: () => undefined,
    get pendingBytes() {
      return sink.length
    },
  }
}

type WriteText = (bytes: Uint8Array, start: number, end: number) => void

const textWriterOf = (
  sink: ByteSink,
  delimiter: Uint8Array,
  rowEnd: Uint8Array,
  mode: QuoteMode | null,
): WriteText => {
  if (mode === null || mode === 'NONE') return (bytes, start, end) => sink.slice(bytes, start, end)
  const risky = new Uint8Array(256)
  for (const byte of [QUOTE, LINE_FEED, CARRIAGE_RETURN, delimiter[0], rowEnd[0]]) risky[byte!] = 1
  return (bytes, start, end) => {
    let quoted = mode === 'ALL' || start === end
    if (!quoted) quoted = bytes[start]! <= BLANK || bytes[end - 1]! <= BLANK
    for (let at = start; !quoted && at < end; at += 1) quoted = risky[bytes[at]!] === 1
    if (!quoted) {
      sink.slice(bytes, start, end)
      return
    }
    sink.ensure((end - start) * 2 + 2)
    const target = sink.bytes
    let to = sink.length
    target[to++] = QUOTE
    for (let at = start; at < end; at += 1) {
      if (bytes[at] === QUOTE) target[to++] = QUOTE
      target[to++] = bytes[at]!
    }
    target[to++] = QUOTE
    sink.length = to
  }
}

const cellBytes = (type: DataType, value: Value): Uint8Array =>
  type.kind === 'bytes' ? (value as Uint8Array) : encoder.encode(nestedText(type, value, 0))

const decoder = new TextDecoder()

/** The text of a nested value, as `nestedOf` reads it; null is empty. */
const nestedText = (type: DataType, value: Value, level: number): string => {
  if (value === null) return ''
  const separator = NESTED_SEPARATORS[level] ?? ''
  switch (type.kind) {
    case 'string':
      return value as string
    case 'bytes':
      return decoder.decode(value as Uint8Array)
    case 'array':
      return (value as readonly Value[])
        .map((item) => nestedText(type.element, item, level + 1))
        .join(separator)
    case 'row':
      return type.fields
        .map((field, index) => nestedText(field.type, (value as Value[])[index] ?? null, level + 1))
        .join(separator)
    case 'map':
      return [...(value as ReadonlyMap<Value, Value>)]
        .map(([key, item]) =>
          [nestedText(type.key, key, level + 1), nestedText(type.value, item, level + 1)].join(
            NESTED_SEPARATORS[level + 1] ?? '',
          ),
        )
        .join(separator)
    case 'timestamp':
    case 'timestamp_tz':
      return unquoted(writeJson(type, value)).replace('T', ' ')
    default:
      return unquoted(writeJson(type, value))
  }
}

const unquoted = (json: string): string => json.replace(/^"(.*)"$/s, '$1')
