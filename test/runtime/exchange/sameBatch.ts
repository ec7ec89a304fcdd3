import { expect } from 'bun:test'
import { rowAt, sameValue, type Batch, type Value } from '../../../runtime/rows/index.ts'

/** Fails unless both batches have the same table and, bit for bit, the same rows. */
export const expectSameBatch = (actual: Batch, expected: Batch): void => {
  expect(actual.table).toEqual(expected.table)
  expect(actual.rowCount).toBe(expected.rowCount)
  expect(actual.kinds).toEqual(expected.kinds)
  for (let row = 0; row < expected.rowCount; row += 1) {
    const values = rowAt(actual, row)
    for (const [index, value] of rowAt(expected, row).entries()) {
      const { type } = expected.table.columns[index]!
      if (!sameValue(type, values[index]!, value) || isOtherZero(values[index]!, value)) {
        expect(values[index]).toEqual(value)
        throw new Error(`row ${row} differs in column ${index}`)
      }
    }
  }
}

const isOtherZero = (actual: Value, expected: Value): boolean =>
  actual === 0 && !Object.is(actual, expected)
