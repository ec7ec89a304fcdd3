import {
  formatDecimal,
  valueAt,
  type DataType,
  type Decimal,
  type Timestamp,
  type Vector,
} from '../../runtime/rows/index.ts'
import { type TimePattern } from '../../runtime/timepatterns/index.ts'
import type { ByteSink } from './byteSink.ts'
import {
  writeClock,
  writeDate,
  writeDouble,
  writeFloat,
  writeInt64,
  writeTimestamp,
} from './texts.ts'

/** Writes the cell of one row, which must not be null. Made once a column and batch. */
export type WriteCell = (row: number) => void

/** How dates and times are written; a null pattern is the ISO notation. */
export interface TemporalPatterns {
  readonly date: TimePattern | null
  readonly time: TimePattern | null
  readonly datetime: TimePattern | null
  /** The byte between date and time in the ISO notation. */
  readonly separator: number
}

/** 1 for each row that is null; null when none is. */
export const nullsOf = (vector: Vector): Uint8Array | null =>
  vector.kind === 'object'
    ? Uint8Array.from(vector.values, (value) => (value === null ? 1 : 0))
    : vector.nulls

const TRUE = new TextEncoder().encode('true')
const FALSE = new TextEncoder().encode('false')
const NANOS_OF_SECOND = 1_000_000_000

/** The writer of a column of numbers, booleans, dates or times; null for any other type. */
export const scalarWriterOf = (
  type: DataType,
  vector: Vector,
  sink: ByteSink,
  patterns: TemporalPatterns,
): WriteCell | null => {
  switch (vector.kind) {
    case 'boolean':
      return (row) => {
        const word = vector.values[row] === 1 ? TRUE : FALSE
        sink.slice(word, 0, word.length)
      }
    case 'int32':
      if (type.kind !== 'date') return (row) => sink.integer(vector.values[row]!)
      return patterns.date === null
        ? (row) => writeDate(sink, vector.values[row]!)
        : (row) => sink.text(patterns.date!.formatDate(vector.values[row]!))
    case 'int64': {
      const { values } = vector
      const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
      return (row) => writeInt64(sink, values, halves, row)
    }
    case 'float64':
      return float64Writer(type, vector.values, sink, patterns.time)
    case 'timestamp':
      return patterns.datetime === null
        ? (row) => writeTimestamp(sink, vector, row, patterns.separator)
        : (row) => sink.text(patterns.datetime!.formatTimestamp(valueAt(vector, row) as Timestamp))
    case 'object':
      if (type.kind !== 'decimal') return null
      return (row) => sink.ascii(formatDecimal(vector.values[row] as Decimal))
    default:
      return null
  }
}

const float64Writer = (
  type: DataType,
  values: Float64Array,
  sink: ByteSink,
  pattern: TimePattern | null,
): WriteCell => {
  if (type.kind === 'float') return (row) => writeFloat(sink, values[row]!)
  if (type.kind !== 'time') return (row) => writeDouble(sink, values[row]!)
  if (pattern !== null) return (row) => sink.text(pattern.formatTime(values[row]!))
  return (row) => {
    const seconds = Math.floor(values[row]! / NANOS_OF_SECOND)
    writeClock(sink, seconds, values[row]! - seconds * NANOS_OF_SECOND)
  }
}
