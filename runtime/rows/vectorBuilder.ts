import { physicalKindOf, type DataType } from './types.ts'
import { Utf8Vector } from './utf8Vector.ts'
import { Timestamp, type Value } from './values.ts'
import { nullVector, type Vector } from './vectors.ts'

/**
 * The column of `values`, which must be of `type` (see `Value`); nulls are allowed.
 * For borders that have values one by one; a fast reader fills the arrays itself.
 */
export const vectorOf = (type: DataType, values: readonly Value[]): Vector => {
  const kind = physicalKindOf(type)
  if (kind === 'object') return { kind, values, nulls: null }
  const rowCount = values.length
  const nulls = nullsOf(values)
  switch (kind) {
    case 'utf8':
      return Utf8Vector.ofStrings(
        nulls === null ? (values as string[]) : values.map((value) => (value ?? '') as string),
        nulls,
      )
    case 'boolean': {
      const bytes = new Uint8Array(rowCount)
      for (let row = 0; row < rowCount; row += 1) bytes[row] = values[row] === true ? 1 : 0
      return { kind, values: bytes, nulls }
    }
    case 'int32': {
      const numbers = new Int32Array(rowCount)
      for (let row = 0; row < rowCount; row += 1) numbers[row] = (values[row] ?? 0) as number
      return { kind, values: numbers, nulls }
    }
    case 'float64': {
      const numbers = new Float64Array(rowCount)
      for (let row = 0; row < rowCount; row += 1) numbers[row] = (values[row] ?? 0) as number
      return { kind, values: numbers, nulls }
    }
    case 'int64': {
      const numbers = new BigInt64Array(rowCount)
      for (let row = 0; row < rowCount; row += 1) numbers[row] = (values[row] ?? 0n) as bigint
      return { kind, values: numbers, nulls }
    }
    case 'timestamp':
      return timestampVector(type, values, nulls)
    default:
      return kind satisfies never
  }
}

const nullsOf = (values: readonly Value[]): Uint8Array | null => {
  let nulls: Uint8Array | null = null
  for (let row = 0; row < values.length; row += 1) {
    if (values[row] !== null) continue
    nulls ??= new Uint8Array(values.length)
    nulls[row] = 1
  }
  return nulls
}

const timestampVector = (
  type: DataType,
  values: readonly Value[],
  nulls: Uint8Array | null,
): Vector => {
  const rowCount = values.length
  const seconds = new Float64Array(rowCount)
  const nanos = new Int32Array(rowCount)
  const offsets = type.kind === 'timestamp_tz' ? new Int32Array(rowCount) : null
  for (let row = 0; row < rowCount; row += 1) {
    const value = values[row]
    if (!(value instanceof Timestamp)) continue
    seconds[row] = value.epochSeconds
    nanos[row] = value.nanos
    if (offsets !== null) offsets[row] = value.offsetSeconds ?? 0
  }
  return { kind: 'timestamp', seconds, nanos, offsets, nulls }
}

/** A column in which every row has the same value. */
export const constantVector = (type: DataType, value: Value, rowCount: number): Vector =>
  value === null
    ? nullVector(physicalKindOf(type), rowCount)
    : vectorOf(type, new Array<Value>(rowCount).fill(value))
