import { keyHashOf, instanceOf } from '../../runtime/exchange/index.ts'
import {
  BATCH_ROWS,
  column,
  Utf8Vector,
  type Batch,
  type Float64Vector,
  type Int32Vector,
  type Int64Vector,
  type TableSchema,
} from '../../runtime/rows/index.ts'

const TEXT_BYTES = 10
const POOL_BATCHES = 64

const table: TableSchema = {
  path: 'bench.rows',
  catalog: 'bench',
  columns: [
    column('id', { kind: 'int' }),
    column('number', { kind: 'bigint' }),
    column('amount', { kind: 'double' }),
    column('name', { kind: 'string' }),
  ],
}

/** Different batches of random rows: an int key, a bigint, a double and a text of 10 characters. */
export const makePool = (seed: number): Batch[] => {
  let state = (seed + 1) * 0x9e3779b1
  const random = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39)
    state ^= state >>> 15
    return state >>> 0
  }
  return Array.from({ length: POOL_BATCHES }, () => makeBatch(random))
}

const makeBatch = (random: () => number): Batch => {
  const id = new Int32Array(BATCH_ROWS)
  const number = new BigInt64Array(BATCH_ROWS)
  const amount = new Float64Array(BATCH_ROWS)
  const bytes = new Uint8Array(BATCH_ROWS * TEXT_BYTES)
  const starts = new Int32Array(BATCH_ROWS)
  const ends = new Int32Array(BATCH_ROWS)
  for (let row = 0; row < BATCH_ROWS; row += 1) {
    id[row] = random() % 1_000_000
    number[row] = BigInt(random()) * 1_000_003n
    amount[row] = (random() % 40_000) / 4
    starts[row] = row * TEXT_BYTES
    ends[row] = (row + 1) * TEXT_BYTES
    for (let at = starts[row]!; at < ends[row]!; at += 1) bytes[at] = 97 + (random() % 26)
  }
  return {
    table,
    rowCount: BATCH_ROWS,
    columns: [
      { kind: 'int32', values: id, nulls: null },
      { kind: 'int64', values: number, nulls: null },
      { kind: 'float64', values: amount, nulls: null },
      Utf8Vector.ofBytes({ bytes, starts, ends, ascii: true }, null),
    ],
    kinds: null,
  }
}

/** Rows, and for each column a sum that is exact whatever the order of rows. */
export type Checksum = [rows: number, id: number, number: number, amount: number, name: number]

export const emptyChecksum = (): Checksum => [0, 0, 0, 0, 0]

/** Adds all rows of a batch. */
export const addBatch = (sum: Checksum, batch: Batch): void => {
  const id = (batch.columns[0] as Int32Vector).values
  const numbers = (batch.columns[1] as Int64Vector).values
  const halves = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2)
  const amount = (batch.columns[2] as Float64Vector).values
  const { bytes, starts, ends } = (batch.columns[3] as Utf8Vector).utf8()
  let [, ids, lows, amounts, names] = emptyChecksum()
  for (let row = 0; row < batch.rowCount; row += 1) {
    ids += id[row]!
    lows += (halves[row * 2]! & 0xffff) + (halves[row * 2 + 1]! & 0xff)
    amounts += amount[row]!
    names += bytes[starts[row]!]! + bytes[ends[row]! - 1]! + ends[row]! - starts[row]!
  }
  sum[0] += batch.rowCount
  sum[1] += ids
  sum[2] += lows
  sum[3] += amounts
  sum[4] += names
}

/** What each of `parallelism` instances must get of a batch, found row by row. */
export const expectedParts = (batch: Batch, parallelism: number): Checksum[] => {
  const sums = Array.from({ length: parallelism }, emptyChecksum)
  const hashes = keyHashOf(batch, [0])
  for (let row = 0; row < batch.rowCount; row += 1) {
    addBatch(sums[instanceOf(hashes[row]!, parallelism)]!, oneRow(batch, row))
  }
  return sums
}

const oneRow = (batch: Batch, row: number): Batch => {
  const text = (batch.columns[3] as Utf8Vector).strings()[row]!
  return {
    ...batch,
    rowCount: 1,
    columns: [
      {
        kind: 'int32',
        values: (batch.columns[0] as Int32Vector).values.slice(row, row + 1),
        nulls: null,
      },
      {
        kind: 'int64',
        values: (batch.columns[1] as Int64Vector).values.slice(row, row + 1),
        nulls: null,
      },
      {
        kind: 'float64',
        values: (batch.columns[2] as Float64Vector).values.slice(row, row + 1),
        nulls: null,
      },
      Utf8Vector.ofStrings([text], null),
    ],
  }
}

export const addChecksum = (sum: Checksum, other: Checksum, times: number): void => {
  for (const [index, value] of other.entries()) sum[index]! += value * times
}
