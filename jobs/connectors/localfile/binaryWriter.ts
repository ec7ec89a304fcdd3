import { EngineError } from '../../../runtime/errors/index.ts'
import { columnIndex, valueAt, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import { ByteSink, type RowWriter } from '../../formats/index.ts'

/** The columns of the rows that files of format binary become. */
const DATA = 'data'
const PATH = 'relativePath'
const PART = 'partIndex'

const missing = (table: TableSchema): EngineError =>
  new EngineError(
    'FIL-009',
    `LocalFile: the sink writes binary files from the rows of a binary source; ${table.path} has no columns ${DATA} and ${PATH}.`,
  )

const torn = (): EngineError =>
  new EngineError(
    'FIL-009',
    'LocalFile: the rows of a binary file do not come in order between two checkpoints; leave out checkpoint.interval.',
  )

/** The place of the column with the path of the file in rows of `table`. Throws FIL-009. */
export const binaryPathIndex = (table: TableSchema): number => {
  const index = columnIndex(table, PATH)
  if (index < 0 || columnIndex(table, DATA) < 0) throw missing(table)
  return index
}

/**
 * A writer of the bytes in rows, one behind the other. A file must come whole between two
 * checkpoints: what was committed is not written to again. Throws FIL-009.
 */
export const createBinaryWriter = (table: TableSchema): RowWriter => {
  const data = columnIndex(table, DATA)
  if (data < 0) throw missing(table)
  const parts = columnIndex(table, PART)
  const sink = new ByteSink()
  let expected = 0n
  return {
    write: (batch: Batch) => {
      const vector = batch.columns[data]!
      for (let row = 0; row < batch.rowCount; row += 1) {
        if (parts >= 0 && valueAt(batch.columns[parts]!, row) !== expected) throw torn()
        expected += 1n
        const value = valueAt(vector, row)
        if (value instanceof Uint8Array) sink.slice(value, 0, value.length)
      }
    },
    take: () => sink.take(),
    finish: () => undefined,
    get pendingBytes() {
      return sink.length
    },
  }
}
