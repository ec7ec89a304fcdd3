import type { Tokenizer } from '../cells/index.ts'
import {
  CELL_ESCAPED,
  CELL_NULL,
  CELL_QUOTED,
  flagCell,
  GRID_ROWS,
  type CellGrid,
} from '../grid.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** How rows and cells are told apart. */
export interface DelimitedSyntax {
  /** Empty: a row is one cell. */
  readonly delimiter: Uint8Array
  /** A carriage return before a line feed belongs to the row end. */
  readonly rowEnd: Uint8Array
  /** The byte around cells that hold delimiters; -1 for none. It is doubled inside. */
  readonly quote: number
  /** The byte before a quote inside a quoted cell; -1 for none. */
  readonly escape: number
  /** Where each cell of a row goes: a column, or -1 for a cell that nobody reads. */
  readonly columnOfField: Int32Array
  /** Whether an empty line is a row. */
  readonly emptyLines: 'skipped' | 'rows'
}

const DELIMITER = 1
const ROW_END = 2
const NOT_ASCII = 3

/** Finds the rows of csv and of delimited text. One pass over the bytes; no strings. */
export const createDelimitedTokenizer = (syntax: DelimitedSyntax): Tokenizer => {
  const { delimiter, rowEnd, quote, escape, columnOfField } = syntax
  const fieldCount = columnOfField.length
  const skipsEmpty = syntax.emptyLines === 'skipped'
  const endsInLineFeed = rowEnd.length === 1 && rowEnd[0] === LINE_FEED
  const stops = new Uint8Array(256).fill(NOT_ASCII, 128)
  if (delimiter.length > 0) stops[delimiter[0]!] = DELIMITER
  stops[rowEnd[0]!] = ROW_END

  return (grid, start, isLast) => {
    const { bytes, starts, ends, stride } = grid
    const length = bytes.length
    let at = start
    let row = 0
    let seen = 0
    let lines = 0
    while (row < GRID_ROWS && at < length) {
      const rowStart = at
      const linesBefore = lines
      let field = 0
      let malformed = ''
      for (;;) {
        let cellStart = at
        let cellEnd = -1
        let flag = 0
        if (bytes[at] === quote && at < length) {
          const closing = closingQuote(bytes, at, quote, escape)
          if (closing.end < 0 && !isLast) return incomplete(grid, row, rowStart, seen, linesBefore)
          if (closing.end < 0) malformed = 'A quote is never closed.'
          cellStart = at + 1
          cellEnd = closing.end < 0 ? length : closing.end
          at = Math.min(length, cellEnd + 1)
          flag = closing.escaped ? CELL_QUOTED | CELL_ESCAPED : CELL_QUOTED
          lines += closing.lines
          seen |= closing.seen
        }
        let stop = 0
        while (at < length) {
          stop = stops[bytes[at]!]!
          if (stop === 0) {
            at += 1
            continue
          }
          const wanted = stop === DELIMITER ? delimiter : rowEnd
          if (stop !== NOT_ASCII && wanted.length === 1) break
          if (bytes[at] === wanted[0]) {
            if (matches(bytes, at, wanted)) break
            if (at + wanted.length > length && !isLast) {
              return incomplete(grid, row, rowStart, seen, linesBefore)
            }
          }
          seen |= bytes[at]!
          stop = 0
          at += 1
        }
        if (stop === 0 && !isLast) return incomplete(grid, row, rowStart, seen, linesBefore)
        let textEnd = at
        const isRowEnd = stop !== DELIMITER
        if (
          isRowEnd &&
          endsInLineFeed &&
          textEnd > cellStart &&
          bytes[textEnd - 1] === CARRIAGE_RETURN
        ) {
          textEnd -= 1
        }
        if (cellEnd < 0) cellEnd = textEnd
        else if (textEnd > cellEnd + 1) malformed = 'A quoted cell is followed by other text.'
        if (field < fieldCount) {
          const column = columnOfField[field]!
          if (column >= 0) {
            starts[column * stride + row] = cellStart
            ends[column * stride + row] = cellEnd
            if (flag !== 0) flagCell(grid, row, column, flag)
          }
        } else if (field > fieldCount || cellEnd > cellStart || !isRowEnd) {
          malformed = `It has more than ${fieldCount} cells.`
        }
        field += 1
        if (!isRowEnd) {
          at += delimiter.length
          continue
        }
        if (stop === ROW_END) at += rowEnd.length
        lines += 1
        if (skipsEmpty && field === 1 && cellEnd === cellStart && flag === 0) break
        grid.rowStarts[row] = rowStart
        grid.rowEnds[row] = textEnd
        grid.rowLines[row] = linesBefore
        for (; field < fieldCount; field += 1) missing(grid, row, columnOfField[field]!)
        if (malformed !== '') grid.malformed.set(row, malformed)
        row += 1
        break
      }
    }
    return incomplete(grid, row, at, seen, lines)
  }
}

/** Ends a pass at `end`, in front of a row that was not taken. */
const incomplete = (
  grid: CellGrid,
  rowCount: number,
  end: number,
  seen: number,
  lines: number,
): number => {
  grid.rowCount = rowCount
  grid.ascii = seen < 128
  grid.lineCount = lines
  return end
}

const missing = (grid: CellGrid, row: number, column: number): void => {
  if (column < 0) return
  grid.starts[column * grid.stride + row] = 0
  grid.ends[column * grid.stride + row] = 0
  flagCell(grid, row, column, CELL_NULL)
}

const matches = (bytes: Uint8Array, at: number, wanted: Uint8Array): boolean => {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false
  }
  return true
}

/** What `closingQuote` found: one object, filled anew by each call. */
const found = { end: -1, escaped: false, lines: 0, seen: 0 }

/**
 * The place of the quote that closes the cell at `at`, -1 when it is not in `bytes`. A quote that
 * is the last byte counts as closing: what follows a row end decides nothing about it.
 */
const closingQuote = (
  bytes: Uint8Array,
  at: number,
  quote: number,
  escape: number,
): typeof found => {
  found.end = -1
  found.escaped = false
  found.lines = 0
  found.seen = 0
  const length = bytes.length
  let next = at + 1
  while (next < length) {
    const byte = bytes[next]!
    found.seen |= byte
    if (byte === escape && byte !== quote) {
      found.escaped = true
      next += 2
    } else if (byte !== quote) {
      if (byte === LINE_FEED) found.lines += 1
      next += 1
    } else if (bytes[next + 1] === quote) {
      found.escaped = true
      next += 2
    } else {
      found.end = next
      return found
    }
  }
  return found
}
