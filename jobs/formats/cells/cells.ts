import type { Vector } from '../../../runtime/rows/index.ts'
import { CELL_ESCAPED, CELL_NULL, CELL_QUOTED, type CellGrid } from '../grid.ts'

/** The texts of one column of a batch, as UTF-8 slices. */
export interface Cells {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly nulls: Uint8Array | null
  readonly rowCount: number
  readonly ascii: boolean
}

/** Told of each row whose cell does not fit its type. */
export type FailCell = (row: number) => void

/** Makes a column of the texts of its cells. A failed row gets a value without meaning. */
export type CellParser = (cells: Cells, fail: FailCell) => Vector

/** Writes the bytes that a cell with escapes means to `target` at `at`; returns where they end. */
export type Unescape = (
  bytes: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
) => number

export interface CellRules {
  /** Which empty cells are null: those without quotes, all, or none. */
  readonly emptyIsNull: 'unquoted' | 'always' | 'never'
  /** A cell of exactly these bytes is null. */
  readonly nullText: Uint8Array | null
  readonly unescape: Unescape
}

/** The cells of one column of a grid: views of it, which its next use overwrites. */
export const cellsOf = (grid: CellGrid, column: number, rules: CellRules): Cells => {
  const { rowCount } = grid
  const from = column * grid.stride
  const starts = grid.starts.subarray(from, from + rowCount)
  const ends = grid.ends.subarray(from, from + rowCount)
  const flags = grid.flagged[column] === 0 ? null : grid.flags.subarray(from, from + rowCount)
  const nulls = nullsOf(grid.bytes, starts, ends, flags, rules)
  const plain = { bytes: grid.bytes, starts, ends, nulls, rowCount, ascii: grid.ascii }
  return flags === null || !flags.some((flag) => (flag & CELL_ESCAPED) !== 0)
    ? plain
    : unescaped(plain, flags, rules.unescape)
}

const nullsOf = (
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  flags: Uint8Array | null,
  rules: CellRules,
): Uint8Array | null => {
  const rowCount = starts.length
  let nulls: Uint8Array | null = null
  const { emptyIsNull, nullText } = rules
  for (let row = 0; row < rowCount; row += 1) {
    const flag = flags === null ? 0 : flags[row]!
    let isNull = (flag & CELL_NULL) !== 0
    if (!isNull && ends[row] === starts[row]) {
      isNull =
        emptyIsNull === 'always' || (emptyIsNull === 'unquoted' && (flag & CELL_QUOTED) === 0)
    }
    if (!isNull && nullText !== null && (flag & CELL_QUOTED) === 0) {
      isNull = equals(bytes, starts[row]!, ends[row]!, nullText)
    }
    if (!isNull) continue
    nulls ??= new Uint8Array(rowCount)
    nulls[row] = 1
    starts[row] = 0
    ends[row] = 0
  }
  return nulls
}

const equals = (bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean => {
  if (end - start !== text.length) return false
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[start + at] !== text[at]) return false
  }
  return true
}

/** Copies the column to bytes of its own, in which no escape is left. */
const unescaped = (cells: Cells, flags: Uint8Array, unescape: Unescape): Cells => {
  let length = 0
  for (let row = 0; row < cells.rowCount; row += 1) length += cells.ends[row]! - cells.starts[row]!
  const bytes = new Uint8Array(length)
  let at = 0
  let seen = 0
  for (let row = 0; row < cells.rowCount; row += 1) {
    const start = cells.starts[row]!
    const end = cells.ends[row]!
    cells.starts[row] = at
    if ((flags[row]! & CELL_ESCAPED) === 0) {
      bytes.set(cells.bytes.subarray(start, end), at)
      at += end - start
    } else {
      at = unescape(cells.bytes, start, end, bytes, at)
    }
    cells.ends[row] = at
  }
  for (let index = 0; index < at; index += 1) seen |= bytes[index]!
  return { ...cells, bytes, ascii: seen < 128 }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text of one cell: for slow paths. */
export const cellText = (cells: Cells, row: number): string =>
  decoder.decode(cells.bytes.subarray(cells.starts[row], cells.ends[row]))
