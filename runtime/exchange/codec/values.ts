import { Decimal, Timestamp, type DataType, type Value } from '../../rows/index.ts'
import { packAnyView, unpackAny } from './anyValues.ts'
import type { ByteReader } from './byteReader.ts'
import type { ByteWriter } from './byteWriter.ts'

const NULL = 0
const PRESENT = 1
/** No zone is so far from UTC. */
const NO_OFFSET = -0x80000000
/** Stands where the length of a packed value would, before a number. */
const NUMBER = -1
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
/** Scales are small, so a negative one tells that the digits follow as hexadecimal text. */
const LARGE = -1

/**
 * Writes one value of `type` as bytes that `readValue` turns into the same value, bit for bit: every
 * NaN is one NaN, and unpaired surrogates become U+FFFD.
 */
export const writeValue = (type: DataType, value: Value, to: ByteWriter): void => {
  if (value === null) {
    to.byte(NULL)
    return
  }
  to.byte(PRESENT)
  switch (type.kind) {
    case 'null':
      return
    case 'boolean':
      return to.byte(value === true ? 1 : 0)
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'date':
      return to.int32(value as number)
    case 'float':
    case 'double':
    case 'time':
      return to.float64(value as number)
    case 'bigint':
      return to.int64(value as bigint)
    case 'string':
      return to.text(value as string)
    case 'decimal':
      return writeDecimal(value as Decimal, to)
    case 'timestamp':
    case 'timestamp_tz': {
      const timestamp = value as Timestamp
      to.float64(timestamp.epochSeconds)
      to.int32(timestamp.nanos)
      return to.int32(timestamp.offsetSeconds ?? NO_OFFSET)
    }
    case 'array': {
      const items = value as readonly Value[]
      to.int32(items.length)
      for (const item of items) writeValue(type.element, item, to)
      return
    }
    case 'map':
      return writeMap(type.key, type.value, value as ReadonlyMap<Value, Value>, to)
    case 'row':
      for (const [index, field] of type.fields.entries()) {
        writeValue(field.type, (value as readonly Value[])[index] ?? null, to)
      }
      return
    case 'sparse_float_vector':
      return writeMap(INT, FLOAT, value as ReadonlyMap<Value, Value>, to)
    case 'bytes':
    case 'binary_vector':
    case 'float_vector':
    case 'float16_vector':
    case 'bfloat16_vector': {
      const { buffer, byteOffset, byteLength } = value as Uint8Array
      return to.block(new Uint8Array(buffer, byteOffset, byteLength))
    }
    case 'any':
      // Most keys are numbers: they need no packing.
      if (typeof value === 'number') {
        to.int32(NUMBER)
        return to.float64(value)
      }
      return to.block(packAnyView(value))
    default:
      return type satisfies never
  }
}

const INT: DataType = { kind: 'int' }
const FLOAT: DataType = { kind: 'float' }

const writeDecimal = ({ unscaled, scale }: Decimal, to: ByteWriter): void => {
  if (unscaled >= INT64_MIN && unscaled <= INT64_MAX) {
    to.int32(scale)
    to.int64(unscaled)
    return
  }
  to.int32(LARGE)
  to.int32(scale)
  to.text(unscaled.toString(16))
}

const writeMap = (
  key: DataType,
  value: DataType,
  map: ReadonlyMap<Value, Value>,
  to: ByteWriter,
): void => {
  to.int32(map.size)
  for (const [itemKey, item] of map) {
    writeValue(key, itemKey, to)
    writeValue(value, item, to)
  }
}

/** Reads one value of `type` that `writeValue` wrote. */
export const readValue = (type: DataType, from: ByteReader): Value => {
  if (from.byte() === NULL) return null
  switch (type.kind) {
    case 'null':
      return null
    case 'boolean':
      return from.byte() === 1
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'date':
      return from.int32()
    case 'float':
    case 'double':
    case 'time':
      return from.float64()
    case 'bigint':
      return from.int64()
    case 'string':
      return from.text()
    case 'decimal':
      return readDecimal(from)
    case 'timestamp':
    case 'timestamp_tz': {
      const seconds = from.float64()
      const nanos = from.int32()
      const offset = from.int32()
      return new Timestamp(seconds, nanos, offset === NO_OFFSET ? null : offset)
    }
    case 'array': {
      const items = new Array<Value>(from.int32())
      for (let index = 0; index < items.length; index += 1) {
        items[index] = readValue(type.element, from)
      }
      return items
    }
    case 'map':
      return readMap(type.key, type.value, from)
    case 'row':
      return type.fields.map((field) => readValue(field.type, from))
    case 'sparse_float_vector':
      return readMap(INT, FLOAT, from)
    case 'bytes':
    case 'binary_vector':
      return from.block()
    case 'float_vector':
      return new Float32Array(from.block().buffer)
    case 'float16_vector':
    case 'bfloat16_vector':
      return new Uint16Array(from.block().buffer)
    case 'any': {
      const length = from.int32()
      return length === NUMBER ? from.float64() : unpackAny(from.bytes(length))
    }
    default:
      return type satisfies never
  }
}

const readDecimal = (from: ByteReader): Decimal => {
  const scale = from.int32()
  if (scale !== LARGE) return new Decimal(from.int64(), scale)
  const largeScale = from.int32()
  const digits = from.text()
  const unscaled = digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
  return new Decimal(unscaled, largeScale)
}

const readMap = (key: DataType, value: DataType, from: ByteReader): ReadonlyMap<Value, Value> => {
  const map = new Map<Value, Value>()
  for (let left = from.int32(); left > 0; left -= 1) {
    const itemKey = readValue(key, from)
    map.set(itemKey, readValue(value, from))
  }
  return map
}
