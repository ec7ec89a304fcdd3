import { EngineError } from '../../../runtime/errors/index.ts'
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
const BLANK = 32
const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const LETTER_N = 110
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Results of scanning that are no place. */
const NEEDS_MORE = -1
const NOT_JSON = -2

const decoder = new TextDecoder()

/** The columns that the keys of an object go to. */
interface Keys {
  readonly bytes: readonly Uint8Array[]
  readonly byName: ReadonlyMap<string, number>
}

export const keysOf = (names: readonly string[]): Keys => ({
  bytes: names.map((name) => new TextEncoder().encode(name)),
  byName: new Map(names.map((name, index) => [name, index])),
})

/** The place behind the string whose opening quote is at `at`. */
const stringEnd = (bytes: Uint8Array, at: number): number => {
  const length = bytes.length
  for (let next = at + 1; next < length; next += 1) {
    const byte = bytes[next]!
    if (byte === QUOTE) return next + 1
    if (byte === BACKSLASH) next += 1
  }
  return NEEDS_MORE
}

/** The place behind the object or array that opens at `at`; what is inside is looked at later. */
const nestedEnd = (bytes: Uint8Array, at: number): number => {
  const length = bytes.length
  let depth = 0
  for (let next = at; next < length; next += 1) {
    const byte = bytes[next]!
    if (byte === QUOTE) {
      const end = stringEnd(bytes, next)
      if (end < 0) return end
      next = end - 1
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1
      if (depth === 0) return next + 1
    }
  }
  return NEEDS_MORE
}

const skipBlanks = (bytes: Uint8Array, at: number): number => {
  let next = at
  while (next < bytes.length && bytes[next]! <= BLANK) next += 1
  return next
}

const isWordEnd = (byte: number): boolean =>
  byte <= BLANK ||
  byte === COMMA ||
  byte === CLOSE_BRACE ||
  byte === CLOSE_BRACKET ||
  byte === COLON

/** The first byte of a number, `true`, `false` or `null`. */
const isWordStart = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || byte === 45 || byte === 116 || byte === 102 || byte === LETTER_N

/** Puts the members of the object at `at` into row `row`; returns the place behind it. */
const readObject = (grid: CellGrid, row: number, at: number, keys: Keys): number => {
  const { bytes, starts, ends, stride } = grid
  const length = bytes.length
  let next = skipBlanks(bytes, at + 1)
  if (bytes[next] === CLOSE_BRACE) return next + 1
  let guess = 0
  while (next < length) {
    if (bytes[next] !== QUOTE) return NOT_JSON
    const keyEnd = stringEnd(bytes, next)
    if (keyEnd < 0) return keyEnd
    const column = columnOf(keys, bytes, next + 1, keyEnd - 1, guess)
    if (column >= 0) guess = column + 1
    next = skipBlanks(bytes, keyEnd)
    if (next < length && bytes[next] !== COLON) return NOT_JSON
    next = skipBlanks(bytes, next + 1)
    if (next >= length) return NEEDS_MORE
    const first = bytes[next]!
    const start = next
    let flag = 0
    if (first === QUOTE) {
      next = stringEnd(bytes, next)
      if (next < 0) return next
      flag = CELL_QUOTED
      for (let index = start + 1; index < next - 1; index += 1) {
        if (bytes[index] !== BACKSLASH) continue
        flag |= CELL_ESCAPED
        break
      }
    } else if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      next = nestedEnd(bytes, next)
      if (next < 0) return next
    } else {
      while (next < length && !isWordEnd(bytes[next]!)) next += 1
      if (!isWordStart(first)) return NOT_JSON
      if (first === LETTER_N) flag = CELL_NULL
    }
    if (column >= 0) {
      const cell = column * stride + row
      starts[cell] = flag & CELL_QUOTED ? start + 1 : start
      ends[cell] = flag & CELL_QUOTED ? next - 1 : next
      grid.flags[cell] = flag
      if (flag !== 0) grid.flagged[column] = 1
    }
    next = skipBlanks(bytes, next)
    if (next >= length) return NEEDS_MORE
    if (bytes[next] === CLOSE_BRACE) return next + 1
    if (bytes[next] !== COMMA) return NOT_JSON
    next = skipBlanks(bytes, next + 1)
  }
  return NEEDS_MORE
}

/** Keys mostly come in the order of the columns: the guess is right nearly always. */
const columnOf = (
  keys: Keys,
  bytes: Uint8Array,
  start: number,
  end: number,
  guess: number,
): number => {
  const expected = keys.bytes[guess]
  if (expected !== undefined && expected.length === end - start) {
    let index = 0
    while (index < expected.length && bytes[start + index] === expected[index]) index += 1
    if (index === expected.length) return guess
  }
  const raw = decoder.decode(bytes.subarray(start, end))
  const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
  return keys.byName.get(name) ?? -1
}

/** Every cell of the row is null until its key comes. */
const clearRow = (grid: CellGrid, row: number): void => {
  for (let column = 0; column < grid.columnCount; column += 1) {
    const cell = column * grid.stride + row
    grid.starts[cell] = -1
    grid.flags[cell] = 0
  }
}

const finishRow = (grid: CellGrid, row: number): void => {
  for (let column = 0; column < grid.columnCount; column += 1) {
    const cell = column * grid.stride + row
    if (grid.starts[cell]! >= 0) continue
    grid.starts[cell] = 0
    grid.ends[cell] = 0
    flagCell(grid, row, column, CELL_NULL)
  }
}

const refuseRow = (grid: CellGrid, row: number, why: string): void => {
  clearRow(grid, row)
  grid.malformed.set(row, why)
}

const finishPass = (
  grid: CellGrid,
  rowCount: number,
  lineCount: number,
  start: number,
  end: number,
): number => {
  grid.rowCount = rowCount
  grid.lineCount = lineCount
  let seen = 0
  for (let at = start; at < end; at += 1) seen |= grid.bytes[at]!
  grid.ascii = seen < 128
  return end
}

/** One JSON object a line. */
export const createLineTokenizer = (keys: Keys): Tokenizer => {
  return (grid, start, isLast) => {
    const { bytes } = grid
    let at = start
    let row = 0
    let lines = 0
    while (row < GRID_ROWS && at < bytes.length) {
      let lineEnd = bytes.indexOf(LINE_FEED, at)
      if (lineEnd < 0 && !isLast) break
      if (lineEnd < 0) lineEnd = bytes.length
      const next = skipBlanks(bytes, at)
      lines += 1
      if (next < lineEnd) {
        clearRow(grid, row)
        const end = bytes[next] === OPEN_BRACE ? readObject(grid, row, next, keys) : NOT_JSON
        if (end < 0 || end > lineEnd || skipBlanks(bytes, end) < lineEnd) {
          refuseRow(grid, row, 'It is not one JSON object.')
        }
        finishRow(grid, row)
        grid.rowStarts[row] = next
        grid.rowEnds[row] = lineEnd
        grid.rowLines[row] = lines - 1
        row += 1
      }
      at = Math.min(lineEnd + 1, bytes.length)
    }
    return finishPass(grid, row, lines, start, at)
  }
}

/** Nothing tells where the next element of a broken array starts. */
const broken = (why: string): EngineError =>
  new EngineError('FIL-004', `The file is one JSON array, but ${why}.`)

/** The objects of one JSON array; a place to go on from lies between two elements. */
export const createArrayTokenizer = (keys: Keys): Tokenizer => {
  let hasBegun = false
  let isClosed = false
  return (grid, start, isLast) => {
    const { bytes } = grid
    let at = start
    let row = 0
    let lines = 0
    // A reader that goes on behind the closing bracket sees nothing at all.
    hasBegun ||= at < bytes.length
    while (row < GRID_ROWS) {
      let next = at
      let passed = 0
      while (next < bytes.length && isBetween(bytes[next]!)) {
        if (bytes[next] === LINE_FEED) passed += 1
        if (bytes[next] === CLOSE_BRACKET) isClosed = true
        next += 1
      }
      if (next >= bytes.length) {
        if (isLast && hasBegun && !isClosed) throw broken('its end is missing')
        at = next
        lines += passed
        break
      }
      clearRow(grid, row)
      const isObject = bytes[next] === OPEN_BRACE
      const end = isObject ? readObject(grid, row, next, keys) : NOT_JSON
      if (end === NEEDS_MORE && !isLast) break
      if (end === NEEDS_MORE) throw broken('its end is missing')
      if (end < 0) throw broken('an element is not an object')
      finishRow(grid, row)
      grid.rowStarts[row] = next
      grid.rowEnds[row] = end
      grid.rowLines[row] = lines + passed
      lines += passed
      for (let index = next; index < end; index += 1) if (bytes[index] === LINE_FEED) lines += 1
      row += 1
      at = end
    }
    return finishPass(grid, row, lines, start, at)
  }
}

const isBetween = (byte: number): boolean =>
  byte <= BLANK || byte === COMMA || byte === OPEN_BRACKET || byte === CLOSE_BRACKET
