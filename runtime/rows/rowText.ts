import type { Batch } from './batch.ts'
import { writeJson } from './jsonText.ts'
import { valueAt } from './vectors.ts'

/** One row as a JSON object with all digits kept: for messages and dead letters, not for hot paths. */
export const rowText = (batch: Batch, row: number): string => {
  const members = batch.table.columns.map(
    (column, index) =>
      `${JSON.stringify(column.name)}:${writeJson(column.type, valueAt(batch.columns[index]!, row))}`,
  )
  return `{${members.join(',')}}`
}
