import {
  formatText,
  RowKind,
  valueAt,
  type Batch,
  type DataType,
  type Value,
  type Vector,
} from '../../../runtime/rows/index.ts'
import type { RowSelection } from './dialects/dialect.ts'

/** What is to be done, of all the rows that came since the last time. */
export interface Changes {
  readonly writes: readonly RowSelection[]
  readonly removals: readonly RowSelection[]
}

const SUPERSEDED = 0
const WRITE = 1
const REMOVE = 2

/**
 * The last thing that happens to each key: rows before it make no difference. An update's old row
 * counts as a removal, so an update that changes the key moves the row.
 */
export const lastOfEachKey = (batches: readonly Batch[], keys: readonly number[]): Changes => {
  const outcomes = batches.map((batch) => new Uint8Array(batch.rowCount))
  /** By key: the place of its last row, as batch * 2^32 + row. */
  const places = new Map<Value, number>()
  batches.forEach((batch, index) => {
    const keyAt = keyReader(batch, keys)
    const outcome = outcomes[index]!
    for (let row = 0; row < batch.rowCount; row += 1) {
      const key = keyAt(row)
      const before = places.get(key)
      if (before !== undefined) {
        outcomes[Math.floor(before / 0x1_0000_0000)]![before % 0x1_0000_0000] = SUPERSEDED
      }
      places.set(key, index * 0x1_0000_0000 + row)
      const kind = batch.kinds === null ? RowKind.insert : batch.kinds[row]!
      outcome[row] = kind === RowKind.insert || kind === RowKind.updateAfter ? WRITE : REMOVE
    }
  })
  return {
    writes: selectOutcome(batches, outcomes, WRITE),
    removals: selectOutcome(batches, outcomes, REMOVE),
  }
}

const selectOutcome = (
  batches: readonly Batch[],
  outcomes: readonly Uint8Array[],
  wanted: number,
): RowSelection[] =>
  batches.flatMap((batch, index) => {
    const selection = selectRowsOf(batch, (row) => outcomes[index]![row] === wanted)
    return selection.count === 0 ? [] : [selection]
  })

/** The rows of a batch for which `isWanted` is true. */
export const selectRowsOf = (batch: Batch, isWanted: (row: number) => boolean): RowSelection => {
  const rows = new Int32Array(batch.rowCount)
  let count = 0
  for (let row = 0; row < batch.rowCount; row += 1) if (isWanted(row)) rows[count++] = row
  return { batch, rows, count }
}

export const allRows = (batch: Batch): RowSelection => selectRowsOf(batch, () => true)

const keyReader = (batch: Batch, keys: readonly number[]): ((row: number) => Value) => {
  const vectors = keys.map((key) => batch.columns[key]!)
  const types = keys.map((key) => batch.table.columns[key]!.type)
  const first = vectors[0]!
  if (vectors.length === 1 && isPrimitive(first)) return (row) => valueAt(first, row)
  return (row) => vectors.map((vector, index) => keyText(types[index]!, vector, row)).join('\0')
}

const isPrimitive = (vector: Vector): boolean =>
  vector.kind === 'int32' || vector.kind === 'int64' || vector.kind === 'utf8'

const keyText = (type: DataType, vector: Vector, row: number): string =>
  formatText(type, valueAt(vector, row))
