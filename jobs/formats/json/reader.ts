import type { TableSchema } from '../../../runtime/rows/index.ts'
import { createGridReader, type TemporalFormats, type Unescape } from '../cells/index.ts'
import type { ReadPosition, RejectBadRow, RowReader } from '../contract.ts'
import { createArrayTokenizer, createLineTokenizer, keysOf } from './tokenizer.ts'
import { base64Bytes, jsonValueOf } from './values.ts'

export interface JsonReaderOptions {
  /** The columns to read: members of the objects by exact name. */
  readonly table: TableSchema
  /** One object a line, or one array of objects. */
  readonly layout: 'lines' | 'array'
  readonly temporal: TemporalFormats
  readonly from: ReadPosition
  readonly reject: RejectBadRow
}

/** A reader of JSON objects in UTF-8. Numbers keep all their digits. */
export const createJsonReader = (options: JsonReaderOptions): RowReader => {
  const keys = keysOf(options.table.columns.map((column) => column.name))
  return createGridReader({
    table: options.table,
    tokenizer: options.layout === 'array' ? createArrayTokenizer(keys) : createLineTokenizer(keys),
    rules: { emptyIsNull: 'never', nullText: null, unescape: unescapeJson },
    notation: {
      temporal: options.temporal,
      bytesOf: base64Bytes,
      nestedOf: jsonValueOf,
    },
    from: options.from,
    reject: options.reject,
  })
}

const OPEN_BRACKET = 91
const BLANK = 32

/** Whether a file that starts with `bytes` is one array rather than objects in lines. */
export const startsAsArray = (bytes: Uint8Array): boolean => {
  let at = 0
  while (at < bytes.length && bytes[at]! <= BLANK) at += 1
  return bytes[at] === OPEN_BRACKET
}

const BACKSLASH = 92
const LETTER_U = 117

/** What each letter behind a backslash means; 0 for a letter that means nothing. */
const MEANINGS = new Uint8Array(128)
for (const [letter, meaning] of [
  ['"', 34],
  ['\\', 92],
  ['/', 47],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const) {
  MEANINGS[letter.charCodeAt(0)] = meaning
}

const encoder = new TextEncoder()

const unescapeJson: Unescape = (bytes, start, end, target, at) => {
  let from = start
  let to = at
  while (from < end) {
    const byte = bytes[from]!
    const letter = bytes[from + 1]!
    if (byte !== BACKSLASH || from + 1 >= end) {
      target[to] = byte
      from += 1
      to += 1
    } else if (letter === LETTER_U) {
      let units = ''
      while (from + 6 <= end && bytes[from] === BACKSLASH && bytes[from + 1] === LETTER_U) {
        units += String.fromCharCode(hexOf(bytes, from + 2))
        from += 6
      }
      if (units === '') from += 2
      to += encoder.encodeInto(units, target.subarray(to)).written
    } else {
      target[to] = MEANINGS[letter & 127] || letter
      from += 2
      to += 1
    }
  }
  return to
}

const hexOf = (bytes: Uint8Array, at: number): number => {
  const text = String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!)
  const unit = Number.parseInt(text, 16)
  return Number.isNaN(unit) ? 0xfffd : unit
}
