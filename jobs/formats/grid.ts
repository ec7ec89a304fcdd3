/** Set for a cell that has no value: a missing one, or JSON's null. */
export const CELL_NULL = 1
/** Set for a cell that stood in quotes. */
export const CELL_QUOTED = 2
/** Set for a cell whose bytes hold escapes. */
export const CELL_ESCAPED = 4

/** Rows of one batch at most: the bytes of so many short rows stay in the cache. */
export const GRID_ROWS = 2048
/** Not a power of two, so that the columns of one row do not fight for the same cache lines. */
const STRIDE = GRID_ROWS + 24

/**
 * What a tokenizer finds: the place of each cell in `bytes`, column by column. Cell (row, column) is
 * at `column * stride + row`. It is used again for every batch.
 */
export interface CellGrid {
  readonly columnCount: number
  readonly stride: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly flags: Uint8Array
  /** 1 for a column in which some cell has a flag. */
  readonly flagged: Uint8Array
  bytes: Uint8Array
  rowCount: number
  /** True when no byte of any row is above 127. */
  ascii: boolean
  /** Where each row starts and ends, and the lines of the rows before it. */
  readonly rowStarts: Int32Array
  readonly rowEnds: Int32Array
  readonly rowLines: Int32Array
  /** The lines that all rows together take. */
  lineCount: number
  /** The first row with more or fewer cells than it should have; -1 when there is none. */
  unevenRow: number
  /** Rows that are not rows at all: why, by row. */
  readonly malformed: Map<number, string>
}

export const createGrid = (columnCount: number): CellGrid => ({
  columnCount,
  stride: STRIDE,
  starts: new Int32Array(STRIDE * columnCount),
  ends: new Int32Array(STRIDE * columnCount),
  flags: new Uint8Array(STRIDE * columnCount),
  flagged: new Uint8Array(columnCount),
  bytes: new Uint8Array(0),
  rowCount: 0,
  ascii: true,
  rowStarts: new Int32Array(GRID_ROWS),
  rowEnds: new Int32Array(GRID_ROWS),
  rowLines: new Int32Array(GRID_ROWS),
  lineCount: 0,
  unevenRow: -1,
  malformed: new Map(),
})

export const resetGrid = (grid: CellGrid, bytes: Uint8Array): void => {
  for (let column = 0; column < grid.columnCount; column += 1) {
    if (grid.flagged[column] === 0) continue
    grid.flags.fill(0, column * STRIDE, (column + 1) * STRIDE)
    grid.flagged[column] = 0
  }
  grid.bytes = bytes
  grid.rowCount = 0
  grid.ascii = true
  grid.lineCount = 0
  grid.unevenRow = -1
  grid.malformed.clear()
}

export const flagCell = (grid: CellGrid, row: number, column: number, flag: number): void => {
  const at = column * grid.stride + row
  grid.flags[at] = grid.flags[at]! | flag
  grid.flagged[column] = 1
}
