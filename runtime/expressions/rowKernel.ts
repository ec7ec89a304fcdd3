import { vectorOf, type DataType, type Value, type Vector } from '../rows/index.ts'

/** Computes one value from the values of a row, in the order of the arguments. */
export type RowFunction = (...values: Value[]) => Value

/**
 * The column of `apply` over each row of `columns`; a row that `nulls` marks is null without a call.
 * The function of up to three arguments is called without collecting them first.
 */
export const mapRows = (
  type: DataType,
  nulls: Uint8Array | null,
  apply: RowFunction,
  columns: readonly ArrayLike<Value>[],
): Vector => {
  const [first, second, third] = columns as [
    ArrayLike<Value>,
    ArrayLike<Value> | undefined,
    ArrayLike<Value> | undefined,
  ]
  const rowCount = first.length
  const results = new Array<Value>(rowCount)
  const isNull = nulls ?? new Uint8Array(rowCount)
  if (columns.length > 3) {
    const values = new Array<Value>(columns.length)
    for (let row = 0; row < rowCount; row += 1) {
      for (let index = 0; index < values.length; index += 1) values[index] = columns[index]![row]!
      results[row] = isNull[row] === 1 ? null : apply(...values)
    }
  } else if (third !== undefined) {
    for (let row = 0; row < rowCount; row += 1) {
      results[row] = isNull[row] === 1 ? null : apply(first[row]!, second![row]!, third[row]!)
    }
  } else if (second !== undefined) {
    for (let row = 0; row < rowCount; row += 1) {
      results[row] = isNull[row] === 1 ? null : apply(first[row]!, second[row]!)
    }
  } else {
    for (let row = 0; row < rowCount; row += 1) {
      results[row] = isNull[row] === 1 ? null : apply(first[row]!)
    }
  }
  return vectorOf(type, results)
}
