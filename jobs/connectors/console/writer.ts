import {
  kindAt,
  ROW_KIND_NAMES,
  valueAt,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import type { ConnectorContext, SinkWriter } from '../contract.ts'
import { waitMs } from '../waiting.ts'
import { fieldText, typeText } from './text.ts'

interface ConsoleOptions {
  readonly printData: boolean
  /** How long to wait after each row. */
  readonly delayMs: number
}

/** Prints each row as a line, numbered within its table. */
export const createConsoleWriter = (
  { printData, delayMs }: ConsoleOptions,
  tables: readonly TableSchema[],
  context: ConnectorContext,
): SinkWriter => {
  const rowCounts = new Map<string, number>()

  const rowLine = (batch: Batch, row: number, rowIndex: number): string => {
    const { table, columns } = batch
    const fields = columns.map((vector, index) =>
      fieldText(table.columns[index]!.type, valueAt(vector, row)),
    )
    const kind = ROW_KIND_NAMES[kindAt(batch, row)]
    return (
      `subtaskIndex=${context.instance}  rowIndex=${rowIndex}:  ` +
      `SeaTunnelRow#tableId=${table.path} SeaTunnelRow#kind=${kind} : ${fields.join(', ')}`
    )
  }

  const writeNow = (batch: Batch, firstIndex: number): void => {
    if (!printData) return
    for (let row = 0; row < batch.rowCount; row += 1) {
      context.print(rowLine(batch, row, firstIndex + row))
    }
  }

  const writeSlowly = async (batch: Batch, firstIndex: number): Promise<void> => {
    for (let row = 0; row < batch.rowCount; row += 1) {
      if (context.signal.aborted) return
      if (printData) context.print(rowLine(batch, row, firstIndex + row))
      await waitMs(context.host.clock, delayMs, context.signal)
    }
  }

  return {
    open() {
      for (const table of tables) {
        const columns = table.columns.map(({ name, type }) => `${name}<${typeText(type)}>`)
        context.print(`output rowType: ${columns.join(', ')}`)
      }
      return Promise.resolve()
    },
    write(batch) {
      const firstIndex = (rowCounts.get(batch.table.path) ?? 0) + 1
      rowCounts.set(batch.table.path, firstIndex + batch.rowCount - 1)
      return delayMs > 0 ? writeSlowly(batch, firstIndex) : writeNow(batch, firstIndex)
    },
    prepareCommit: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
}
