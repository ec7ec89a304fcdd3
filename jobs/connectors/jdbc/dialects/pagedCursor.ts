import { EngineError } from '../../../../runtime/errors/index.ts'
import type {
  DatabaseCell,
  DatabaseConnection,
  DatabaseRow,
} from '../../../../runtime/host/index.ts'
import { BATCH_ROWS, batchOfRows, type Value } from '../../../../runtime/rows/index.ts'
import type { Selection, SelectionCursor } from './dialect.ts'
import { behind, selectStatement } from './statements.ts'

/** What a database that is read in pages brings along. */
export interface PageSource {
  readonly quote: (name: string) => string
  /** Order for rows without a key; empty when the database keeps an order by itself. */
  readonly orderWithoutKeys: string
  /** The value of a cell as the driver gives it. */
  readonly decode: (form: string, cell: DatabaseCell, column: number) => Value
  /** The literal of a key column's value. */
  readonly literal: (column: number, value: Value) => string
}

/**
 * Reads a selection page by page, because the driver holds the whole result of a statement. Pages
 * are cut behind the last key, or by an offset where there is no key.
 */
export const openPagedCursor = (
  connection: DatabaseConnection,
  selection: Selection,
  source: PageSource,
): SelectionCursor => {
  const { keys, columns, pageRows } = selection
  const keyColumns = keys.map((key) => columns.findIndex(({ column }) => column.name === key))
  const keyNames = keys.map((key) => `q.${source.quote(key)}`)
  let page: Value[][] = []
  let at = 0
  let offset = selection.skip
  let after = ''
  let ended = false

  const fetchPage = async (): Promise<void> => {
    const order = keys.length === 0 ? source.orderWithoutKeys : ''
    const statement = `${selectStatement(selection, source.quote, after)}${order}`
    const limit = ` LIMIT ${pageRows}${offset === 0 ? '' : ` OFFSET ${offset}`}`
    const { rows } = await connection.query(statement + limit)
    page = rows.flatMap(decodeRow)
    at = 0
    ended = rows.length < pageRows
    if (keys.length === 0) offset += rows.length
    else if (rows.length > 0) after = behind(keyNames, keyLiterals(rows.at(-1)!))
  }

  const decodeRow = (row: DatabaseRow): Value[][] => {
    try {
      return [columns.map(({ form }, index) => source.decode(form, row[index]!, index))]
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      selection.reject(row.map(String).join(','), error)
      return []
    }
  }

  const keyLiterals = (row: DatabaseRow): string[] =>
    keyColumns.map((index) =>
      source.literal(index, source.decode(columns[index]!.form, row[index]!, index)),
    )

  return {
    read: async () => {
      while (at >= page.length) {
        if (ended) return null
        await fetchPage()
      }
      const rows = page.slice(at, at + BATCH_ROWS)
      at += rows.length
      return batchOfRows(selection.table, rows)
    },
    close: async () => {
      page = []
      ended = true
    },
  }
}
