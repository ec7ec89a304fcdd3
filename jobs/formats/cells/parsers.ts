import {
  nullVector,
  Utf8Vector,
  type DataType,
  type Value,
  type Vector,
} from '../../../runtime/rows/index.ts'
import { cellText, type CellParser, type Cells, type FailCell } from './cells.ts'
import { decimalParser, float64Parser, int32Parser, int64Parser } from './numbers.ts'
import {
  dateParser,
  patternOf,
  timeParser,
  timestampParser,
  type TemporalFormats,
} from './temporals.ts'

/** How a format writes what has no text of its own. */
export interface CellNotation {
  readonly temporal: TemporalFormats
  /** The bytes of a cell of type bytes; undefined when they are not valid. */
  readonly bytesOf: (bytes: Uint8Array) => Uint8Array | undefined
  /** The value of a nested cell (array, map, row, vector); undefined when it does not fit. */
  readonly nestedOf: (type: DataType, text: string) => Value | undefined
}

/** The parser of a column of `type`. Made once for a column. */
export const cellParserOf = (type: DataType, notation: CellNotation): CellParser => {
  switch (type.kind) {
    case 'string':
      return stringParser
    case 'boolean':
      return booleanParser
    case 'tinyint':
      return int32Parser(-0x80, 0x7f)
    case 'smallint':
      return int32Parser(-0x8000, 0x7fff)
    case 'int':
      return int32Parser(-0x80000000, 0x7fffffff)
    case 'bigint':
      return int64Parser
    case 'float':
      return float64Parser(Math.fround)
    case 'double':
      return float64Parser(null)
    case 'decimal':
      return decimalParser(type.precision, type.scale)
    case 'date':
      return dateParser(patternOf(notation.temporal.date))
    case 'time':
      return timeParser(patternOf(notation.temporal.time))
    case 'timestamp':
    case 'timestamp_tz':
      return timestampParser(patternOf(notation.temporal.datetime), type.kind === 'timestamp_tz')
    case 'null':
      return (cells) => nullVector('object', cells.rowCount)
    case 'bytes':
      return objectParser((cells, row) =>
        notation.bytesOf(cells.bytes.subarray(cells.starts[row], cells.ends[row])),
      )
    default:
      return objectParser((cells, row) => notation.nestedOf(type, cellText(cells, row)))
  }
}

/** Points into the bytes: no string is made. */
const stringParser: CellParser = ({ bytes, starts, ends, nulls, ascii }) =>
  Utf8Vector.ofBytes({ bytes, starts: starts.slice(), ends: ends.slice(), ascii }, nulls)

const TRUE = [116, 114, 117, 101] as const
const FALSE = [102, 97, 108, 115, 101] as const
const LOWER_CASE = 32

const isWord = (
  word: readonly number[],
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean => {
  if (end - start !== word.length) return false
  for (let at = 0; at < word.length; at += 1) {
    if ((bytes[start + at]! | LOWER_CASE) !== word[at]) return false
  }
  return true
}

const booleanParser: CellParser = (cells, fail): Vector => {
  const values = new Uint8Array(cells.rowCount)
  for (let row = 0; row < cells.rowCount; row += 1) {
    if (cells.nulls?.[row] === 1) continue
    const start = cells.starts[row]!
    const end = cells.ends[row]!
    if (isWord(TRUE, cells.bytes, start, end)) values[row] = 1
    else if (!isWord(FALSE, cells.bytes, start, end)) fail(row)
  }
  return { kind: 'boolean', values, nulls: cells.nulls }
}

const objectParser =
  (valueOf: (cells: Cells, row: number) => Value | undefined): CellParser =>
  (cells: Cells, fail: FailCell): Vector => {
    const values = new Array<Value>(cells.rowCount).fill(null)
    for (let row = 0; row < cells.rowCount; row += 1) {
      if (cells.nulls?.[row] === 1) continue
      const value = valueOf(cells, row)
      if (value === undefined) fail(row)
      else values[row] = value
    }
    return { kind: 'object', values, nulls: null }
  }
