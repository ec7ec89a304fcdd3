import {
  physicalKindOf,
  Timestamp,
  Utf8Vector,
  vectorOf,
  type BooleanVector,
  type DataType,
  type Value,
  type Vector,
} from '../rows/index.ts'

/** The values of a vector by row, without its nulls: see `nullsOf`. */
export const cellsOf = (vector: Vector): ArrayLike<Value> => {
  switch (vector.kind) {
    case 'utf8':
      return vector.strings()
    case 'boolean':
      return Array.from(vector.values, (value) => value === 1)
    case 'timestamp': {
      const { seconds, nanos, offsets } = vector
      return Array.from(
        seconds,
        (second, row) =>
          new Timestamp(second, nanos[row]!, offsets === null ? null : offsets[row]!),
      )
    }
    default:
      return vector.values
  }
}

/** 1 for each row that is null; null when none is. */
export const nullsOf = (vector: Vector): Uint8Array | null => {
  if (vector.kind !== 'object') return vector.nulls
  const { values } = vector
  let nulls: Uint8Array | null = null
  for (let row = 0; row < values.length; row += 1) {
    if (values[row] !== null) continue
    nulls ??= new Uint8Array(values.length)
    nulls[row] = 1
  }
  return nulls
}

export const unionNulls = (
  left: Uint8Array | null,
  right: Uint8Array | null,
): Uint8Array | null => {
  if (left === null) return right
  if (right === null) return left
  const union = new Uint8Array(left.length)
  for (let row = 0; row < union.length; row += 1) union[row] = left[row]! | right[row]!
  return union
}

export const booleanVector = (values: Uint8Array): BooleanVector => ({
  kind: 'boolean',
  values,
  nulls: null,
})

/** 1 for each row that is true: a null is not. */
export const truthsOf = (vector: Vector): Uint8Array => {
  if (vector.kind !== 'boolean') return new Uint8Array(cellsOf(vector).length)
  const { values, nulls } = vector
  if (nulls === null) return values
  const truths = new Uint8Array(values.length)
  for (let row = 0; row < truths.length; row += 1) truths[row] = values[row]! & (nulls[row]! ^ 1)
  return truths
}

/** The indices of the rows whose flag is `wanted`. */
export const rowsWhere = (flags: Uint8Array, wanted: 0 | 1): Int32Array => {
  const rows = new Int32Array(flags.length)
  let count = 0
  for (let row = 0; row < flags.length; row += 1) {
    rows[count] = row
    count += flags[row] === wanted ? 1 : 0
  }
  return rows.subarray(0, count)
}

/** Builds a column out of parts of others. Rows that are never placed stay null. */
export interface Assembler {
  /**
   * Takes values of `vector` for the rows `rows`: its first value for the first of them and so on
   * when `dense`, otherwise the values of those rows.
   */
  place(vector: Vector, rows: Int32Array, dense: boolean): void
  finish(): Vector
}

export const makeAssembler = (type: DataType, rowCount: number): Assembler => {
  const cells = cellArray(type, rowCount)
  const nulls = new Uint8Array(rowCount).fill(1)
  const place = (vector: Vector, rows: Int32Array, dense: boolean): void => {
    const from = vector.kind === 'boolean' ? vector.values : cellsOf(vector)
    const fromNulls = nullsOf(vector)
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index]!
      const source = dense ? index : row
      if (fromNulls !== null && fromNulls[source] === 1) continue
      cells[row] = from[source] as never
      nulls[row] = 0
    }
  }
  const finish = (): Vector => vectorOfCells(type, cells, nulls.includes(1) ? nulls : null)
  return { place, finish }
}

type Cells = Value[] | string[] | Uint8Array | Int32Array | Float64Array | BigInt64Array

const cellArray = (type: DataType, rowCount: number): Cells => {
  switch (physicalKindOf(type)) {
    case 'boolean':
      return new Uint8Array(rowCount)
    case 'int32':
      return new Int32Array(rowCount)
    case 'float64':
      return new Float64Array(rowCount)
    case 'int64':
      return new BigInt64Array(rowCount)
    case 'utf8':
      return new Array<string>(rowCount).fill('')
    default:
      return new Array<Value>(rowCount).fill(null)
  }
}

const vectorOfCells = (type: DataType, cells: Cells, nulls: Uint8Array | null): Vector => {
  const kind = physicalKindOf(type)
  switch (kind) {
    case 'boolean':
      return { kind, values: cells as Uint8Array, nulls }
    case 'int32':
      return { kind, values: cells as Int32Array, nulls }
    case 'float64':
      return { kind, values: cells as Float64Array, nulls }
    case 'int64':
      return { kind, values: cells as BigInt64Array, nulls }
    case 'utf8':
      return Utf8Vector.ofStrings(cells as string[], nulls)
    default:
      return vectorOf(type, cells as Value[])
  }
}
