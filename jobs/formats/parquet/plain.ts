import { EngineError } from '../../../runtime/errors/index.ts'
import {
  Decimal,
  rescaleDecimal,
  Timestamp,
  type TimestampVector,
  type Value,
  type Vector,
} from '../../../runtime/rows/index.ts'
import type { ByteSink } from '../byteSink.ts'
import { Physical, type Leaf } from './layout.ts'

const TWO_16 = 65536
const TWO_32 = 4294967296
const NANOS_OF_SECOND = 1_000_000_000
const SECONDS_OF_DAY = 86_400
/** The Julian day of 1970-01-01, from which INT96 counts. */
const JULIAN_EPOCH_DAY = 2_440_588
/** Whole seconds whose nanoseconds an int64 holds: the years 1677 to 2262. */
const NANO_SECONDS_MAX = 9_223_372_035

const putInt32 = (sink: ByteSink, value: number): void => {
  sink.ensure(4)
  const { bytes, length } = sink
  bytes[length] = value
  bytes[length + 1] = value >>> 8
  bytes[length + 2] = value >>> 16
  bytes[length + 3] = value >>> 24
  sink.length += 4
}

/** `high` is signed, `low` is not. */
const putInt64 = (sink: ByteSink, high: number, low: number): void => {
  putInt32(sink, low)
  putInt32(sink, high)
}

/** A whole number that a double holds exactly. */
const putWhole = (sink: ByteSink, value: number): void => {
  const high = Math.floor(value / TWO_32)
  putInt64(sink, high, value - high * TWO_32)
}

const putBigint = (sink: ByteSink, value: bigint): void =>
  putInt64(sink, Number(value >> 32n), Number(value & 0xffffffffn))

const tooFar = (leaf: Leaf): EngineError =>
  new EngineError(
    'FIL-009',
    `Column ${leaf.path.join('.')} has a timestamp before 1677 or after 2262, which parquet cannot hold in nanoseconds; set parquet_avro_write_timestamp_as_int96 = true.`,
  )

/** Seconds and nanoseconds as one int64, in parts that doubles hold exactly. */
const putNanos = (sink: ByteSink, leaf: Leaf, seconds: number, nanos: number): void => {
  if (leaf.physical === Physical.int96) {
    const day = Math.floor(seconds / SECONDS_OF_DAY)
    putWhole(sink, (seconds - day * SECONDS_OF_DAY) * NANOS_OF_SECOND + nanos)
    putInt32(sink, day + JULIAN_EPOCH_DAY)
    return
  }
  if (seconds > NANO_SECONDS_MAX || seconds < -NANO_SECONDS_MAX) throw tooFar(leaf)
  const upper = Math.floor(seconds / TWO_16)
  const product = upper * NANOS_OF_SECOND
  const high = Math.floor(product / TWO_16)
  const low =
    (product - high * TWO_16) * TWO_16 + (seconds - upper * TWO_16) * NANOS_OF_SECOND + nanos
  const carry = Math.floor(low / TWO_32)
  putInt64(sink, high + carry, low - carry * TWO_32)
}

const putBytes = (sink: ByteSink, bytes: Uint8Array, start: number, end: number): void => {
  putInt32(sink, end - start)
  sink.slice(bytes, start, end)
}

const putDecimal = (sink: ByteSink, leaf: Leaf, decimal: Decimal): void => {
  if (leaf.type.kind !== 'decimal') throw new Error('a decimal in a column of another type')
  let unscaled = rescaleDecimal(decimal, leaf.type.scale).unscaled
  const { typeLength } = leaf
  if (BigInt.asIntN(typeLength * 8, unscaled) !== unscaled) {
    throw new EngineError(
      'FIL-009',
      `Column ${leaf.path.join('.')} has a decimal of more than ${leaf.type.precision} digits.`,
    )
  }
  sink.ensure(typeLength)
  for (let at = typeLength - 1; at >= 0; at -= 1) {
    sink.bytes[sink.length + at] = Number(unscaled & 0xffn)
    unscaled >>= 8n
  }
  sink.length += typeLength
}

const encoder = new TextEncoder()
const floatBytes = new Uint8Array(8)
const floatView = new DataView(floatBytes.buffer)

/** Appends one value, which is not null, in the PLAIN encoding; booleans are a byte each here. */
export const putValue = (sink: ByteSink, leaf: Leaf, value: Value): void => {
  const { type } = leaf
  if (value instanceof Decimal) return putDecimal(sink, leaf, value)
  if (value instanceof Timestamp) return putNanos(sink, leaf, value.epochSeconds, value.nanos)
  if (value instanceof Uint8Array) return putRaw(sink, leaf, value)
  if (typeof value === 'bigint') return putBigint(sink, value)
  if (typeof value === 'boolean') return sink.byte(value ? 1 : 0)
  if (typeof value === 'string') {
    const bytes = encoder.encode(value)
    return putBytes(sink, bytes, 0, bytes.length)
  }
  if (typeof value !== 'number') throw new Error(`a leaf of type ${type.kind} has no such value`)
  if (type.kind === 'time') return putWhole(sink, value)
  if (type.kind !== 'double' && type.kind !== 'float') return putInt32(sink, value)
  const size = type.kind === 'double' ? 8 : 4
  if (size === 8) floatView.setFloat64(0, value, true)
  else floatView.setFloat32(0, value, true)
  sink.slice(floatBytes, 0, size)
}

const putRaw = (sink: ByteSink, leaf: Leaf, bytes: Uint8Array): void => {
  if (leaf.physical !== Physical.int96) return putBytes(sink, bytes, 0, bytes.length)
  if (bytes.length !== 12) {
    throw new EngineError(
      'FIL-009',
      `Column ${leaf.path.join('.')} has ${bytes.length} bytes where INT96 takes 12.`,
    )
  }
  sink.slice(bytes, 0, 12)
}

/** Appends the values of a column that are not null. */
export const putVector = (sink: ByteSink, leaf: Leaf, vector: Vector, rowCount: number): void => {
  const { nulls } = vector
  switch (vector.kind) {
    case 'utf8': {
      const { bytes, starts, ends } = vector.utf8()
      for (let row = 0; row < rowCount; row += 1) {
        if (nulls === null || nulls[row] === 0) putBytes(sink, bytes, starts[row]!, ends[row]!)
      }
      return
    }
    case 'int32':
    case 'int64':
      return putMemory(sink, present(vector.values, nulls, rowCount))
    case 'float64': {
      if (leaf.type.kind === 'double')
        return putMemory(sink, present(vector.values, nulls, rowCount))
      const values = present(vector.values, nulls, rowCount)
      if (leaf.type.kind === 'float') return putMemory(sink, Float32Array.from(values))
      for (const value of values) putWhole(sink, value)
      return
    }
    case 'boolean':
      return putMemory(sink, present(vector.values, nulls, rowCount))
    case 'timestamp':
      return putTimestamps(sink, leaf, vector, rowCount)
    case 'object':
      for (const value of vector.values) if (value !== null) putValue(sink, leaf, value)
      return
    default:
      return vector satisfies never
  }
}

const putTimestamps = (
  sink: ByteSink,
  leaf: Leaf,
  { seconds, nanos, nulls }: TimestampVector,
  rowCount: number,
): void => {
  for (let row = 0; row < rowCount; row += 1) {
    if (nulls === null || nulls[row] === 0) putNanos(sink, leaf, seconds[row]!, nanos[row]!)
  }
}

type Memory = Uint8Array | Int32Array | Float32Array | Float64Array | BigInt64Array

/** Parquet is little-endian, and so is every machine that Bun runs on. */
const putMemory = (sink: ByteSink, values: Memory): void => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  sink.ensure(bytes.length)
  sink.bytes.set(bytes, sink.length)
  sink.length += bytes.length
}

const present = <Values extends Memory>(
  values: Values,
  nulls: Uint8Array | null,
  rowCount: number,
): Values => {
  const taken = values.subarray(0, rowCount) as Values
  if (nulls === null) return taken
  return (taken as Int32Array).filter((_, row) => nulls[row] === 0) as Memory as Values
}
