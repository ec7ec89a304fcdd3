import { EngineError } from '../../../runtime/errors/index.ts'
import {
  batchOf,
  formatType,
  selectRows,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import type { NoteUnevenRow, ReadPosition, RejectBadRow, RowReader } from '../contract.ts'
import { createGrid, resetGrid, type CellGrid } from '../grid.ts'
import { Intake } from '../intake.ts'
import { cellsOf, cellText, type CellParser, type CellRules } from './cells.ts'
import { cellParserOf, type CellNotation } from './parsers.ts'

/**
 * Finds rows and cells in `grid.bytes` from `start` on: at most GRID_ROWS rows. Returns where the
 * first row starts that it did not take. A row without an end is taken only when `isLast`.
 */
export type Tokenizer = (grid: CellGrid, start: number, isLast: boolean) => number

export interface GridReaderOptions {
  readonly table: TableSchema
  readonly tokenizer: Tokenizer
  readonly rules: CellRules
  readonly notation: CellNotation
  readonly from: ReadPosition
  readonly reject: RejectBadRow
  readonly noteUneven?: NoteUnevenRow | undefined
}

const BAD_TEXT_LENGTH_MAX = 500

/** A reader of rows whose cells are texts: finds the cells, then parses them column by column. */
export const createGridReader = (options: GridReaderOptions): RowReader => {
  const { table, tokenizer, rules, reject } = options
  const intake = new Intake(options.from.offset)
  const grid = createGrid(table.columns.length)
  const parsers = table.columns.map((column) => cellParserOf(column.type, options.notation))
  const knowsLine = options.from.line !== null
  let line = options.from.line ?? 0
  let isFinished = false

  const rejectRow = (row: number, message: string): void => {
    const start = grid.rowStarts[row]!
    const end = Math.min(grid.rowEnds[row]!, start + BAD_TEXT_LENGTH_MAX)
    reject({
      text: new TextDecoder().decode(grid.bytes.subarray(start, end)),
      error: new EngineError('FIL-003', message),
      line: knowsLine ? line + grid.rowLines[row]! + 1 : null,
      offset: intake.baseOffset + start,
    })
  }

  let isUnevenNoted = options.noteUneven === undefined
  const noteUneven = (row: number): void => {
    isUnevenNoted = true
    options.noteUneven?.({
      line: knowsLine ? line + grid.rowLines[row]! + 1 : null,
      offset: intake.baseOffset + grid.rowStarts[row]!,
    })
  }

  /** Shows the end to the tokenizer once: it may miss something there. */
  const finish = (): void => {
    if (isFinished) return
    isFinished = true
    resetGrid(grid, intake.bytes)
    tokenizer(grid, intake.start, true)
  }

  const next = (): Batch | null => {
    for (;;) {
      if (intake.start === intake.bytes.length && !intake.refill()) {
        if (intake.ended) finish()
        return null
      }
      resetGrid(grid, intake.bytes)
      const end = tokenizer(grid, intake.start, intake.isLast)
      if (grid.rowCount === 0 && end === intake.start) {
        intake.exhausted()
        if (!intake.refill()) return null
        continue
      }
      if (grid.unevenRow >= 0 && !isUnevenNoted) noteUneven(grid.unevenRow)
      const batch =
        grid.rowCount === 0 ? null : batchOfGrid({ table, grid, parsers, rules }, rejectRow)
      intake.start = end
      line += grid.lineCount
      if (batch !== null && batch.rowCount > 0) return batch
    }
  }

  return {
    push: (bytes) => intake.push(bytes),
    end: () => {
      intake.ended = true
    },
    next,
    position: () => ({ offset: intake.offset, line: knowsLine ? line : null }),
  }
}

interface GridParts {
  readonly table: TableSchema
  readonly grid: CellGrid
  readonly parsers: readonly CellParser[]
  readonly rules: CellRules
}

const batchOfGrid = (
  { table, grid, parsers, rules }: GridParts,
  rejectRow: (row: number, message: string) => void,
): Batch => {
  const bad: Map<number, string> = new Map(grid.malformed)
  const columns = parsers.map((parse, index) => {
    const column = table.columns[index]!
    const emptyIsNull =
      rules.emptyIsNull === 'unquoted' && column.type.kind !== 'string'
        ? 'always'
        : rules.emptyIsNull
    const cells = cellsOf(
      grid,
      index,
      emptyIsNull === rules.emptyIsNull ? rules : { ...rules, emptyIsNull },
    )
    return parse(cells, (row) => {
      if (bad.has(row)) return
      const text = cellText(cells, row)
      const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
      bad.set(row, `Column "${column.name}": "${shown}" is not of type ${formatType(column.type)}.`)
    })
  })
  const batch = batchOf(table, columns, grid.rowCount)
  if (bad.size === 0) return batch
  const kept = new Int32Array(grid.rowCount)
  let count = 0
  for (let row = 0; row < grid.rowCount; row += 1) {
    const why = bad.get(row)
    if (why === undefined) kept[count++] = row
    else rejectRow(row, why)
  }
  return selectRows(batch, kept, count)
}
