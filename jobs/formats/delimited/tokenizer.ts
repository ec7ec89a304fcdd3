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

/**
 * Finds the rows of csv and of delimited text. One pass over the bytes; no strings. Cells that a row
 * lacks are null and those that it has too many are left out, as SeaTunnel does.
 */
export const createDelimitedTokenizer = (syntax: DelimitedSyntax): Tokenizer => {
  const fieldCount = syntax.columnOfField.length
  const skipsEmpty = syntax.emptyLines === 'skipped'
  const readRow = rowReaderOf(syntax)

  return (grid, start, isLast) => {
    const { bytes } = grid
    let at = start
    let row = 0
    let seen = 0
    let lines = 0
    while (row < GRID_ROWS && at < bytes.length) {
      readRow(grid, row, at, isLast)
      if (scan.end < 0) break
      const isEmpty = skipsEmpty && scan.fieldCount === 1 && scan.textEnd === at
      if (!isEmpty) {
        grid.rowStarts[row] = at
        grid.rowEnds[row] = scan.textEnd
        grid.rowLines[row] = lines
        for (let field = scan.fieldCount; field < fieldCount; field += 1) {
          missing(grid, row, syntax.columnOfField[field]!)
        }
        if (grid.unevenRow < 0 && (scan.fieldCount < fieldCount || scan.isTooLong)) {
          grid.unevenRow = row
        }
        if (scan.malformed !== '') grid.malformed.set(row, scan.malformed)
        row += 1
      }
      at = scan.end
      seen |= scan.seen
      lines += scan.lines
    }
    grid.rowCount = row
    grid.ascii = seen < 128
    grid.lineCount = lines
    return at
  }
}

/** What `readRow` found: one object, filled anew by each call. */
const scan = {
  end: -1,
  textEnd: 0,
  fieldCount: 0,
  isTooLong: false,
  seen: 0,
  lines: 0,
  malformed: '',
}

type ReadRow = (grid: CellGrid, row: number, start: number, isLast: boolean) => void

/** Puts the cells of the row at `start` into the grid; `scan.end` is -1 when its end is not there. */
const rowReaderOf = (syntax: DelimitedSyntax): ReadRow => {
  const { delimiter, rowEnd, quote, escape, columnOfField } = syntax
  const fieldCount = columnOfField.length
  const endsInLineFeed = rowEnd.length === 1 && rowEnd[0] === LINE_FEED
  const findStop = stopFinderOf(delimiter, rowEnd)

  return (grid, row, start, isLast) => {
    const { bytes, starts, ends, stride } = grid
    let at = start
    let field = 0
    let isRowEnd = false
    scan.end = -1
    scan.seen = 0
    scan.lines = 1
    scan.isTooLong = false
    scan.malformed = ''
    while (!isRowEnd) {
      let cellStart = at
      let cellEnd = -1
      let flag = 0
      if (bytes[at] === quote) {
        const closing = closingQuote(bytes, at, quote, escape)
        if (closing.end < 0 && !isLast) return
        if (closing.end < 0) scan.malformed = 'A quote is never closed.'
        cellStart = at + 1
        cellEnd = closing.end < 0 ? bytes.length : closing.end
        at = Math.min(bytes.length, cellEnd + 1)
        flag = closing.escaped ? CELL_QUOTED | CELL_ESCAPED : CELL_QUOTED
        scan.lines += closing.lines
        scan.seen |= closing.seen
      }
      at = findStop(bytes, at, isLast)
      if (at < 0) return
      isRowEnd = stop.kind !== DELIMITER
      let textEnd = at
      const endsInReturn = isRowEnd && endsInLineFeed && textEnd > cellStart
      if (endsInReturn && bytes[textEnd - 1] === CARRIAGE_RETURN) textEnd -= 1
      if (cellEnd < 0) cellEnd = textEnd
      else if (textEnd > cellEnd + 1) scan.malformed = 'A quoted cell is followed by other text.'
      if (field < fieldCount) {
        const column = columnOfField[field]!
        if (column >= 0) {
          starts[column * stride + row] = cellStart
          ends[column * stride + row] = cellEnd
          if (flag !== 0) flagCell(grid, row, column, flag)
        }
      } else if (field > fieldCount || cellEnd > cellStart || !isRowEnd) {
        // A delimiter at the end of the row is only that: no cell follows it.
        scan.isTooLong = true
      }
      field += 1
      scan.textEnd = textEnd
      at += stop.length
    }
    scan.fieldCount = field
    scan.end = at
  }
}

/** What `findStop` found: one object, filled anew by each call. */
const stop = { kind: 0, length: 0 }

type FindStop = (bytes: Uint8Array, from: number, isLast: boolean) => number

/** Finds the next delimiter or row end, or the end of all bytes; -1 when that may still come. */
const stopFinderOf = (delimiter: Uint8Array, rowEnd: Uint8Array): FindStop => {
  const kinds = new Uint8Array(256).fill(NOT_ASCII, 128)
  if (delimiter.length > 0) kinds[delimiter[0]!] = DELIMITER
  kinds[rowEnd[0]!] = ROW_END
  const isPlain = delimiter.length <= 1 && rowEnd.length === 1

  return (bytes, from, isLast) => {
    const { length } = bytes
    for (let at = from; at < length; at += 1) {
      const kind = kinds[bytes[at]!]!
      if (kind === 0) continue
      if (kind !== NOT_ASCII && isPlain) {
        stop.kind = kind
        stop.length = 1
        return at
      }
      scan.seen |= bytes[at]!
      const wanted = bytes[at] === rowEnd[0] ? rowEnd : delimiter
      if (bytes[at] !== wanted[0]) continue
      if (matches(bytes, at, wanted)) {
        stop.kind = wanted === rowEnd ? ROW_END : DELIMITER
        stop.length = wanted.length
        return at
      }
      if (at + wanted.length > length && !isLast) return -1
    }
    stop.kind = ROW_END
    stop.length = 0
    return isLast ? length : -1
  }
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
