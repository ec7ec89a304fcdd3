import { EngineError } from '../../../runtime/errors/index.ts'
import { unpackAny } from '../../../runtime/exchange/index.ts'
import { Decimal } from '../../../runtime/rows/index.ts'
import { WireFault } from '../../wire/index.ts'
import { ByteSource } from '../bytes/index.ts'
import { integerOfBytes } from './bigIntegers.ts'
import { HEADER_BYTES } from './partition.ts'
import { JsonText, LocalDate, LocalTime, Uuid } from './scalars.ts'
import { readDate, readTime, readTimestamp } from './times.ts'
import { BIG_INTEGER_BYTES_MAX, DEPTH_MAX, SCALE_MAX, TypeId } from './types.ts'

/** Instead of the count of a string or an array that is null. */
const NULL_COUNT = -1
const INT16_BITS = 16
const INT8_BITS = 24

const source = new ByteSource(new Uint8Array(0))

/**
 * The value of a Data: what `toData` was given, and what Hazelcast's clients write. Their byte, short,
 * int and float are numbers, char is a string, arrays and lists are arrays; a byte[] is a copy. Throws
 * GRD-005 for a type that is not known here (Java objects, Portable, Compact), WireFault for bytes
 * that cannot be a Data.
 */
export const fromData = (data: Uint8Array): unknown => {
  if (data.length < HEADER_BYTES) throw new WireFault('A Data is shorter than its header')
  source.reset(data)
  source.i32()
  const value = readObject(0)
  if (!source.isAtEnd) throw new WireFault('A Data is longer than its value')
  return value
}

/** The type, then the payload. */
const readObject = (depth: number): unknown => readPayload(source.i32(), depth)

const readPayload = (type: number, depth: number): unknown => {
  switch (type) {
    case TypeId.null:
      return null
    case TypeId.boolean:
      return source.flag()
    case TypeId.byte:
      return readByte()
    case TypeId.char:
      return readChar()
    case TypeId.short:
      return readShort()
    case TypeId.int:
      return source.i32()
    case TypeId.long:
      return source.i64()
    case TypeId.float:
      return source.f32()
    case TypeId.double:
      return source.f64()
    case TypeId.string:
      return readString()
    case TypeId.uuid:
      return readUuid()
    case TypeId.date:
      return readInstant()
    case TypeId.json:
      return new JsonText(source.text())
    case TypeId.packed:
      return readPacked()
    default:
      return readNumeric(type, depth)
  }
}

const readNumeric = (type: number, depth: number): unknown => {
  switch (type) {
    case TypeId.bigInteger:
      return readInteger()
    case TypeId.bigDecimal:
      return readDecimal()
    case TypeId.localDate:
      return new LocalDate(readDate(source))
    case TypeId.localTime:
      return new LocalTime(readTime(source))
    case TypeId.localDateTime:
      return readTimestamp(source, false)
    case TypeId.offsetDateTime:
      return readTimestamp(source, true)
    case TypeId.objectArray:
    case TypeId.arrayList:
    case TypeId.linkedList:
      if (depth > DEPTH_MAX) throw new WireFault('Lists lie in each other too deep')
      return readElements(() => readObject(depth + 1))
    default:
      return readArray(type)
  }
}

const readArray = (type: number): unknown => {
  switch (type) {
    case TypeId.byteArray:
      return readBytes()
    case TypeId.booleanArray:
      return readElements(() => source.flag())
    case TypeId.charArray:
      return readElements(readChar)
    case TypeId.shortArray:
      return readElements(readShort)
    case TypeId.intArray:
      return readElements(() => source.i32())
    case TypeId.longArray:
      return readElements(() => source.i64())
    case TypeId.floatArray:
      return readElements(() => source.f32())
    case TypeId.doubleArray:
      return readElements(() => source.f64())
    case TypeId.stringArray:
      return readElements(readString)
    default:
      throw new EngineError('GRD-005', `A value has Hazelcast's type ${type}, not known here.`)
  }
}

/** Each takes a byte or more: a count that lies runs into the end before it takes memory. */
const readElements = (readOne: () => unknown): unknown[] | null => {
  const count = source.i32()
  if (count === NULL_COUNT) return null
  if (count < 0) throw new WireFault('A count is negative')
  const values: unknown[] = []
  for (let index = 0; index < count; index += 1) values.push(readOne())
  return values
}

const readByte = (): number => (source.u8() << INT8_BITS) >> INT8_BITS

const readShort = (): number => (source.u16() << INT16_BITS) >> INT16_BITS

const readChar = (): string => String.fromCharCode(source.u16())

const readString = (): string | null => {
  const start = source.position
  if (source.i32() === NULL_COUNT) return null
  source.seek(start)
  return source.text()
}

const readBytes = (): Uint8Array | null => {
  const count = source.i32()
  if (count === NULL_COUNT) return null
  return source.raw(count >>> 0).slice()
}

const readUuid = (): Uuid => {
  const hex = source.raw(16).toHex()
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return new Uuid([...parts, hex.slice(20)].join('-'))
}

const readInstant = (): Date => {
  const date = new Date(Number(source.i64()))
  if (Number.isNaN(date.getTime())) throw new EngineError('GRD-005', 'A date is out of range.')
  return date
}

const readInteger = (): bigint => {
  const bytes = source.bytes()
  if (bytes.length > BIG_INTEGER_BYTES_MAX) {
    throw new EngineError('GRD-005', 'An integer of the grid is too large.')
  }
  return integerOfBytes(bytes)
}

/** Java's negative scale means trailing zeros. */
const readDecimal = (): Decimal => {
  const unscaled = readInteger()
  const scale = source.i32()
  if (Math.abs(scale) > SCALE_MAX) {
    throw new EngineError('GRD-005', `A decimal of the grid has a scale of ${scale}.`)
  }
  return scale < 0 ? new Decimal(unscaled * 10n ** BigInt(-scale), 0) : new Decimal(unscaled, scale)
}

/** Of a copy: what is unpacked may hold views of it. */
const readPacked = (): unknown => {
  const bytes = source.bytes().slice()
  try {
    return unpackAny(bytes)
  } catch (cause) {
    throw new WireFault('A packed value cannot be read', { cause })
  }
}
