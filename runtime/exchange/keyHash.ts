import { finish, hashBytes, mix } from '../hash/index.ts'
import {
  Decimal,
  decimalToNumber,
  normalizeDecimal,
  type Batch,
  type DataType,
  type Utf8Vector,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { ByteWriter, writeValue } from './codec/index.ts'

/*
 * The hash of a key decides where its rows and its state go, also after a restart and at another
 * parallelism: it must never change. It is murmur3 (32 bits) over the key's columns in turn; equal
 * values hash the same whatever their type: int 3, bigint 3, double 3.0 and decimal 3.00 are one key.
 */

const SEED = 0x9747b28c | 0
const encoder = new TextEncoder()
const NULL_HASH = 0x6e756c6c

/** The hash of each row's key, the columns at `columns`. */
export const keyHashOf = (batch: Batch, columns: readonly number[]): Int32Array => {
  const hashes = new Int32Array(batch.rowCount).fill(SEED)
  for (const index of columns) {
    addColumn(hashes, batch.columns[index]!, batch.table.columns[index]!.type)
  }
  return hashes
}

const addColumn = (hashes: Int32Array, vector: Vector, type: DataType): void => {
  const before = vector.nulls === null ? null : hashes.slice()
  switch (vector.kind) {
    case 'boolean':
      addSmall(hashes, vector.values)
      break
    case 'int32':
      addSmall(hashes, vector.values)
      break
    case 'float64':
      addFloat64(hashes, vector.values)
      break
    case 'int64':
      addInt64(hashes, vector.values)
      break
    case 'utf8':
      addTexts(hashes, vector)
      break
    case 'timestamp':
      addFloat64(hashes, vector.seconds)
      addSmall(hashes, vector.nanos)
      break
    case 'object':
      addObjects(hashes, vector.values, type)
      break
    default:
      vector satisfies never
  }
  if (before === null) return
  const nulls = vector.nulls!
  for (let row = 0; row < hashes.length; row += 1) {
    if (nulls[row] === 1) hashes[row] = finish(mix(before[row]!, NULL_HASH), 4)
  }
}

const addSmall = (hashes: Int32Array, values: Int32Array | Uint8Array): void => {
  for (let row = 0; row < hashes.length; row += 1) {
    const value = values[row]!
    hashes[row] = finish(mix(mix(hashes[row]!, value), value >> 31), 8)
  }
}

/** Reads halves: reading a bigint allocates one. */
const addInt64 = (hashes: Int32Array, values: BigInt64Array): void => {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  for (let row = 0; row < hashes.length; row += 1) {
    hashes[row] = finish(mix(mix(hashes[row]!, halves[row * 2]!), halves[row * 2 + 1]!), 8)
  }
}

const double = new Float64Array(1)
const doubleHalves = new Int32Array(double.buffer)
const TWO_TO_32 = 2 ** 32
const INT64_LIMIT = 2 ** 63

/** A whole number hashes as the bigint it is, any other by its bits; all NaN are one. */
const addFloat64 = (hashes: Int32Array, values: Float64Array): void => {
  for (let row = 0; row < hashes.length; row += 1) {
    hashes[row] = hashDouble(hashes[row]!, values[row]!)
  }
}

const hashDouble = (seed: number, value: number): number => {
  if (Math.trunc(value) === value && Math.abs(value) < INT64_LIMIT) {
    return finish(mix(mix(seed, value | 0), Math.floor(value / TWO_TO_32) | 0), 8)
  }
  double[0] = Number.isNaN(value) ? Number.NaN : value
  return finish(mix(mix(seed, doubleHalves[0]!), doubleHalves[1]!), 8)
}

const addTexts = (hashes: Int32Array, vector: Utf8Vector): void => {
  const { bytes, starts, ends } = vector.utf8()
  for (let row = 0; row < hashes.length; row += 1) {
    hashes[row] = hashBytes(hashes[row]!, bytes, starts[row]!, ends[row]!)
  }
}

const addObjects = (hashes: Int32Array, values: readonly Value[], type: DataType): void => {
  const writer = new ByteWriter()
  for (let row = 0; row < hashes.length; row += 1) {
    hashes[row] = hashObject(hashes[row]!, type, values[row]!, writer)
  }
}

const hashObject = (seed: number, type: DataType, value: Value, writer: ByteWriter): number => {
  if (value === null) return finish(mix(seed, NULL_HASH), 4)
  if (value instanceof Decimal) return hashDecimal(seed, value)
  if (typeof value === 'number') return hashDouble(seed, value)
  if (typeof value === 'bigint') return hashBigint(seed, value)
  if (typeof value === 'string') {
    const bytes = encoder.encode(value)
    return hashBytes(seed, bytes, 0, bytes.length)
  }
  writer.clear()
  writeValue(type, value, writer)
  const bytes = writer.take()
  return hashBytes(seed, bytes, 0, bytes.length)
}

const hashDecimal = (seed: number, decimal: Decimal): number => {
  const exact = normalizeDecimal(decimal)
  return exact.scale === 0
    ? hashBigint(seed, exact.unscaled)
    : hashDouble(seed, decimalToNumber(exact))
}

const hashBigint = (seed: number, value: bigint): number => {
  if (BigInt.asIntN(64, value) !== value) return hashDouble(seed, Number(value))
  const low = Number(BigInt.asIntN(32, value))
  return finish(mix(mix(seed, low), Number(value >> 32n)), 8)
}
