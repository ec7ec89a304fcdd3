import {
  kindAt,
  ROW_KIND_SHORT_NAMES,
  rowAt,
  writeJson,
  type Batch,
} from '../../runtime/rows/index.ts'

/** Each row of a batch as one line of text: rows are the same when their texts are. */
export const rowTexts = (batch: Batch): string[] =>
  Array.from({ length: batch.rowCount }, (_, row) => {
    const values = rowAt(batch, row).map((value, index) =>
      writeJson(batch.table.columns[index]!.type, value),
    )
    return `${batch.table.path} ${ROW_KIND_SHORT_NAMES[kindAt(batch, row)]} ${values.join(' ')}`
  })
