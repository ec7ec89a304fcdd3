import { assert } from '../../../runtime/errors/index.ts'
import type { TableSchema } from '../../../runtime/rows/index.ts'
import { createGridReader, type TemporalFormats, type Unescape } from '../cells/index.ts'
import type { NoteUnevenRow, ReadPosition, RejectBadRow, RowReader } from '../contract.ts'
import { nestedOf } from './nested.ts'
import { createDelimitedTokenizer } from './tokenizer.ts'

export interface DelimitedReaderOptions {
  /** The columns to read. */
  readonly table: TableSchema
  /** The name of each cell of a row, in order; cells whose name is no column are not read. */
  readonly fields: readonly string[]
  /** Empty: a line is one cell. */
  readonly fieldDelimiter: string
  readonly rowDelimiter: string
  /** A character, or null when quotes mean nothing. */
  readonly quote: string | null
  readonly escape: string | null
  /** A cell of this text is null, besides an empty one without quotes. */
  readonly nullText: string | null
  readonly temporal: TemporalFormats
  readonly from: ReadPosition
  readonly reject: RejectBadRow
  readonly noteUneven?: NoteUnevenRow
}

/** A reader of csv, or of text with delimiters but without quotes, in UTF-8. */
export const createDelimitedReader = (options: DelimitedReaderOptions): RowReader => {
  const { table, fields, fieldDelimiter } = options
  const isOneCell = fieldDelimiter === ''
  const quote = byteOf(options.quote)
  const escape = byteOf(options.escape)
  return createGridReader({
    table,
    tokenizer: createDelimitedTokenizer({
      delimiter: new TextEncoder().encode(fieldDelimiter),
      rowEnd: new TextEncoder().encode(options.rowDelimiter),
      quote,
      escape,
      columnOfField: Int32Array.from(fields, (name) =>
        table.columns.findIndex((column) => column.name === name),
      ),
      emptyLines: isOneCell ? 'rows' : 'skipped',
    }),
    rules: {
      emptyIsNull: isOneCell ? 'never' : 'unquoted',
      nullText: options.nullText === null ? null : new TextEncoder().encode(options.nullText),
      unescape: unescapeQuotes(quote, escape),
    },
    notation: {
      temporal: options.temporal,
      bytesOf: (bytes) => bytes.slice(),
      nestedOf: (type, text) => nestedOf(type, text, 0),
    },
    from: options.from,
    reject: options.reject,
    noteUneven: options.noteUneven,
  })
}

const byteOf = (character: string | null): number => {
  if (character === null || character === '') return -1
  const code = character.charCodeAt(0)
  assert(character.length === 1 && code < 128, 'a quote is one ASCII character')
  return code
}

const unescapeQuotes =
  (quote: number, escape: number): Unescape =>
  (bytes, start, end, target, at) => {
    let to = at
    for (let from = start; from < end; from += 1) {
      const byte = bytes[from]!
      if ((byte === quote || byte === escape) && from + 1 < end) from += 1
      target[to] = bytes[from]!
      to += 1
    }
    return to
  }
