import { untilSure, type Grid } from '../../../members/grid/index.ts'
import { kindAt, RowKind, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import type { ConnectorContext, SinkWriter } from '../contract.ts'
import { openGrid } from './access.ts'
import { entryShapeOf, type EntryShape } from './rows.ts'
import type { GridMapSinkOptions } from './spec.ts'

type Entries = Map<unknown, unknown>

/** Keys that are objects differ although they are equal: only plain ones take the place of others. */
const isRemoval = (batch: Batch, row: number): boolean => kindAt(batch, row) === RowKind.delete

/**
 * Sets an entry for each row and removes that of a deleted one. A row that comes again does what it
 * did before, so that each has its effect once.
 */
export const createGridMapWriter = (
  options: GridMapSinkOptions,
  context: ConnectorContext,
): SinkWriter => {
  const shapes = new Map<TableSchema, EntryShape>()
  let grid: Grid | null = null
  const shapeOf = (table: TableSchema): EntryShape => {
    const known = shapes.get(table)
    if (known !== undefined) return known
    const shape = entryShapeOf(table, options.key_columns)
    shapes.set(table, shape)
    return shape
  }
  return {
    open: async () => {
      grid = await openGrid(options, context)
    },
    write: async (batch) => {
      const map = grid!.map(options.map)
      const shape = shapeOf(batch.table)
      const setAll = async (given: Entries): Promise<void> => {
        if (given.size > 0) await untilSure(() => map.setAll(given))
      }
      let entries: Entries = new Map()
      for (let row = 0; row < batch.rowCount; row += 1) {
        const kind = kindAt(batch, row)
        // What follows an update's earlier state is its later one, of the same key.
        if (kind === RowKind.updateBefore) continue
        const key = shape.keyOf(batch, row)
        if (!isRemoval(batch, row)) {
          entries.set(key, shape.valueOf(batch, row))
          continue
        }
        await setAll(entries)
        entries = new Map()
        await untilSure(() => map.delete(key))
      }
      await setAll(entries)
    },
    prepareCommit: () => Promise.resolve([]),
    close: async () => {
      await grid?.close()
      grid = null
    },
  }
}
