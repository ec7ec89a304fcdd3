import {
  writeJson,
  type Batch,
  type DataType,
  type TableSchema,
  type Vector,
} from '../../../runtime/rows/index.ts'
import { ByteSink } from '../byteSink.ts'
import type { RowWriter } from '../contract.ts'
import { nullsOf, scalarWriterOf, type TemporalPatterns, type WriteCell } from '../scalarWriters.ts'

const QUOTE = 34
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const BACKSLASH = 92
const HEX = new TextEncoder().encode('0123456789abcdef')

/** 0 for a byte that stands for itself, 1 for one written as a number, else the letter of its escape. */
const ESCAPES = new Uint8Array(256)
ESCAPES.fill(1, 0, 32)
for (const [meaning, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
  [34, '"'],
  [92, '\\'],
] as const) {
  ESCAPES[meaning] = letter.charCodeAt(0)
}

/** Writes UTF-8 as a JSON string. */
const writeString = (sink: ByteSink, bytes: Uint8Array, start: number, end: number): void => {
  sink.ensure((end - start) * 6 + 2)
  const target = sink.bytes
  let at = sink.length
  target[at++] = QUOTE
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index]!
    const escape = ESCAPES[byte]!
    if (escape === 0) {
      target[at++] = byte
      continue
    }
    target[at++] = BACKSLASH
    if (escape > 1) {
      target[at++] = escape
      continue
    }
    target.set([117, 48, 48, HEX[byte >> 4]!, HEX[byte & 15]!], at)
    at += 5
  }
  target[at++] = QUOTE
  sink.length = at
}

const ISO: TemporalPatterns = { date: null, time: null, datetime: null, separator: 84 }

const cellWriterOf = (type: DataType, vector: Vector, sink: ByteSink): WriteCell => {
  if (vector.kind === 'utf8') {
    const { bytes, starts, ends } = vector.utf8()
    return (row) => writeString(sink, bytes, starts[row]!, ends[row]!)
  }
  const scalar = scalarWriterOf(type, vector, sink, ISO)
  if (scalar === null) {
    const values = vector.kind === 'object' ? vector.values : []
    return (row) => sink.text(writeJson(type, values[row]!))
  }
  switch (type.kind) {
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamp_tz':
      return (row) => {
        sink.byte(QUOTE)
        scalar(row)
        sink.byte(QUOTE)
      }
    case 'float':
    case 'double': {
      const values = (vector as { values: Float64Array }).values
      return (row) =>
        Number.isFinite(values[row]!) ? scalar(row) : sink.text(writeJson(type, values[row]!))
    }
    default:
      return scalar
  }
}

/** A writer of one JSON object a row, each with `rowEnd` behind it, in UTF-8. */
export const createJsonWriter = (table: TableSchema, rowEnd = '\n'): RowWriter => {
  const encoder = new TextEncoder()
  const sink = new ByteSink()
  const rowEndBytes = encoder.encode(rowEnd)
  const nullBytes = encoder.encode('null')
  const keys = table.columns.map((column, index) =>
    encoder.encode(`${index === 0 ? '' : ','}${JSON.stringify(column.name)}:`),
  )

  const write = (batch: Batch): void => {
    const { columns } = batch
    const writers = columns.map((vector, index) =>
      cellWriterOf(table.columns[index]!.type, vector, sink),
    )
    const nulls = columns.map(nullsOf)
    for (let row = 0; row < batch.rowCount; row += 1) {
      sink.byte(OPEN_BRACE)
      for (let column = 0; column < writers.length; column += 1) {
        const key = keys[column]!
        sink.slice(key, 0, key.length)
        if (nulls[column]?.[row] === 1) sink.slice(nullBytes, 0, nullBytes.length)
        else writers[column]!(row)
      }
      sink.byte(CLOSE_BRACE)
      sink.slice(rowEndBytes, 0, rowEndBytes.length)
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
