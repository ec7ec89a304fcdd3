import type { Batch } from './batch.ts'
import type { DataType } from './types.ts'
import type { Utf8Vector } from './utf8Vector.ts'
import { Decimal, Timestamp, type Value } from './values.ts'
import type { Vector } from './vectors.ts'

/**
 * The size of a value by type, as SeaTunnel's statistics count bytes; types that are not here
 * depend on the value.
 */
const FIXED_BYTES: Partial<Record<DataType['kind'], number>> = {
  null: 0,
  boolean: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  float: 4,
  bigint: 8,
  double: 8,
  time: 12,
  date: 24,
  decimal: 36,
  timestamp: 48,
  timestamp_tz: 48,
}

/** The bytes of all rows by SeaTunnel's rule: what SourceReceivedBytes and SinkWriteBytes count. */
export const batchBytes = (batch: Batch): number => {
  if (batch === counted) return countedBytes
  let bytes = 0
  for (const [index, vector] of batch.columns.entries()) {
    bytes += columnBytes(batch.table.columns[index]!.type, vector, batch.rowCount)
  }
  counted = batch
  countedBytes = bytes
  return bytes
}

/** A batch that goes from its source straight to sinks is counted at each: the last one is known. */
let counted: Batch | undefined
let countedBytes = 0

const columnBytes = (type: DataType, vector: Vector, rowCount: number): number => {
  if (vector.kind === 'utf8') return utf8Bytes(vector)
  const fixed = FIXED_BYTES[type.kind]
  if (vector.kind !== 'object') return (fixed ?? 0) * (rowCount - countNulls(vector.nulls))
  let bytes = 0
  for (const value of vector.values)
    bytes += value === null ? 0 : (fixed ?? valueBytes(type, value))
  return bytes
}

const countNulls = (nulls: Uint8Array | null): number => {
  if (nulls === null) return 0
  let count = 0
  for (let row = 0; row < nulls.length; row += 1) count += nulls[row]!
  return count
}

/** Characters as Java counts them, without making strings of a column that is in bytes. */
const utf8Bytes = (vector: Utf8Vector): number => {
  let count = 0
  if (!vector.hasBytes) {
    for (const text of vector.strings()) count += text.length
    return count
  }
  const { bytes, starts, ends, ascii } = vector.utf8()
  for (let row = 0; row < starts.length; row += 1) {
    count += ends[row]! - starts[row]!
    if (ascii) continue
    for (let at = starts[row]!; at < ends[row]!; at += 1) {
      const byte = bytes[at]!
      // A byte that continues a character counts nothing; four bytes are a surrogate pair.
      if ((byte & 0xc0) === 0x80) count -= 1
      else if (byte >= 0xf0) count += 1
    }
  }
  return count
}

const valueBytes = (type: DataType, value: Value): number => {
  if (value === null) return 0
  const fixed = FIXED_BYTES[type.kind]
  if (fixed !== undefined) return fixed
  switch (type.kind) {
    case 'string':
      return (value as string).length
    case 'array':
      return sumBytes(value as readonly Value[], () => type.element)
    case 'row':
      return sumBytes(value as readonly Value[], (index) => type.fields[index]!.type)
    case 'map': {
      let bytes = 0
      for (const [key, item] of value as ReadonlyMap<Value, Value>) {
        bytes += valueBytes(type.key, key) + valueBytes(type.value, item)
      }
      return bytes
    }
    case 'sparse_float_vector':
      return (value as ReadonlyMap<Value, Value>).size * 8
    case 'any':
      return anyBytes(value)
    default:
      return (value as Uint8Array).byteLength
  }
}

const sumBytes = (values: readonly Value[], typeAt: (index: number) => DataType): number => {
  let bytes = 0
  for (let index = 0; index < values.length; index += 1) {
    bytes += valueBytes(typeAt(index), values[index]!)
  }
  return bytes
}

/** The same rule for a value without a declared type: numbers are doubles, names do not count. */
const anyBytes = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  if (typeof value === 'boolean') return 1
  if (typeof value === 'number' || typeof value === 'bigint') return 8
  if (value instanceof Decimal) return 36
  if (value instanceof Timestamp || value instanceof Date) return 48
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (value instanceof Map) return anyBytes([...value])
  if (typeof value !== 'object' || value === null) return 0
  let bytes = 0
  for (const item of Object.values(value)) bytes += anyBytes(item)
  return bytes
}
