import type { PhysicalKind } from './types.ts'
import { gatherNulls, Utf8Vector } from './utf8Vector.ts'
import { Timestamp, type Value } from './values.ts'

/**
 * One column of a batch. `nulls` holds 1 for a null row and is null when no row is null; the value
 * beside a null is zero, empty or null and means nothing.
 */
export type Vector =
  | BooleanVector
  | Int32Vector
  | Float64Vector
  | Int64Vector
  | Utf8Vector
  | TimestampVector
  | ObjectVector

export interface BooleanVector {
  readonly kind: 'boolean'
  readonly values: Uint8Array
  readonly nulls: Uint8Array | null
}

export interface Int32Vector {
  readonly kind: 'int32'
  readonly values: Int32Array
  readonly nulls: Uint8Array | null
}

export interface Float64Vector {
  readonly kind: 'float64'
  readonly values: Float64Array
  readonly nulls: Uint8Array | null
}

export interface Int64Vector {
  readonly kind: 'int64'
  readonly values: BigInt64Array
  readonly nulls: Uint8Array | null
}

/** See `Timestamp`; `offsets` is null for a column of local timestamps. */
export interface TimestampVector {
  readonly kind: 'timestamp'
  readonly seconds: Float64Array
  readonly nanos: Int32Array
  readonly offsets: Int32Array | null
  readonly nulls: Uint8Array | null
}

/** Values of the types without a column form of their own; null is null, `nulls` is always null. */
export interface ObjectVector {
  readonly kind: 'object'
  readonly values: readonly Value[]
  readonly nulls: null
}

export const isNullAt = (vector: Vector, row: number): boolean =>
  vector.kind === 'object' ? vector.values[row] === null : vector.nulls?.[row] === 1

/** The value of one row. For borders and rare rows: a hot loop reads the arrays. */
export const valueAt = (vector: Vector, row: number): Value => {
  if (vector.nulls?.[row] === 1) return null
  switch (vector.kind) {
    case 'boolean':
      return vector.values[row] === 1
    case 'int32':
    case 'float64':
    case 'int64':
      return vector.values[row]!
    case 'utf8':
      return vector.strings()[row]!
    case 'timestamp':
      return new Timestamp(
        vector.seconds[row]!,
        vector.nanos[row]!,
        vector.offsets === null ? null : vector.offsets[row]!,
      )
    case 'object':
      return vector.values[row]!
    default:
      return vector satisfies never
  }
}

/** The rows of `vector` at `indices[0..count)`, in that order. */
export const gather = (vector: Vector, indices: Int32Array, count: number): Vector => {
  if (vector.kind === 'utf8') return vector.gather(indices, count)
  const nulls = gatherNulls(vector.nulls, indices, count)
  switch (vector.kind) {
    case 'boolean': {
      const values = new Uint8Array(count)
      for (let row = 0; row < count; row += 1) values[row] = vector.values[indices[row]!]!
      return { kind: 'boolean', values, nulls }
    }
    case 'int32':
      return { kind: 'int32', values: gatherInt32(vector.values, indices, count), nulls }
    case 'float64':
      return { kind: 'float64', values: gatherFloat64(vector.values, indices, count), nulls }
    case 'int64':
      return { kind: 'int64', values: gatherInt64(vector.values, indices, count), nulls }
    case 'timestamp':
      return {
        kind: 'timestamp',
        seconds: gatherFloat64(vector.seconds, indices, count),
        nanos: gatherInt32(vector.nanos, indices, count),
        offsets: vector.offsets === null ? null : gatherInt32(vector.offsets, indices, count),
        nulls,
      }
    case 'object': {
      const values = new Array<Value>(count)
      for (let row = 0; row < count; row += 1) values[row] = vector.values[indices[row]!]!
      return { kind: 'object', values, nulls: null }
    }
    default:
      return vector satisfies never
  }
}

const gatherInt32 = (from: Int32Array, indices: Int32Array, count: number): Int32Array => {
  const values = new Int32Array(count)
  for (let row = 0; row < count; row += 1) values[row] = from[indices[row]!]!
  return values
}

const gatherFloat64 = (from: Float64Array, indices: Int32Array, count: number): Float64Array => {
  const values = new Float64Array(count)
  for (let row = 0; row < count; row += 1) values[row] = from[indices[row]!]!
  return values
}

/** Copies halves: reading a bigint allocates one, and a float64 view may change NaN patterns. */
const gatherInt64 = (from: BigInt64Array, indices: Int32Array, count: number): BigInt64Array => {
  const source = new Int32Array(from.buffer, from.byteOffset, from.length * 2)
  // The buffer first: asking a new typed array for its buffer makes the runtime move it.
  const buffer = new ArrayBuffer(count * 8)
  const target = new Int32Array(buffer)
  for (let row = 0; row < count; row += 1) {
    const at = indices[row]! << 1
    target[row << 1] = source[at]!
    target[(row << 1) + 1] = source[at + 1]!
  }
  return new BigInt64Array(buffer)
}

/** A column in which every row is null. */
export const nullVector = (kind: PhysicalKind, rowCount: number): Vector => {
  const nulls = new Uint8Array(rowCount).fill(1)
  switch (kind) {
    case 'boolean':
      return { kind, values: new Uint8Array(rowCount), nulls }
    case 'int32':
      return { kind, values: new Int32Array(rowCount), nulls }
    case 'float64':
      return { kind, values: new Float64Array(rowCount), nulls }
    case 'int64':
      return { kind, values: new BigInt64Array(rowCount), nulls }
    case 'utf8':
      return Utf8Vector.ofStrings(new Array<string>(rowCount).fill(''), nulls)
    case 'timestamp':
      return {
        kind,
        seconds: new Float64Array(rowCount),
        nanos: new Int32Array(rowCount),
        offsets: null,
        nulls,
      }
    case 'object':
      return { kind, values: new Array<Value>(rowCount).fill(null), nulls: null }
    default:
      return kind satisfies never
  }
}
