import { EngineError } from '../../../runtime/errors/index.ts'
import { packAny } from '../../../runtime/exchange/index.ts'
import { Decimal, NANOS_OF_SECOND, Timestamp } from '../../../runtime/rows/index.ts'
import { ByteSink } from '../bytes/index.ts'
import { bytesOfInteger } from './bigIntegers.ts'
import { JsonText, LocalDate, LocalTime, Uuid } from './scalars.ts'
import { isDays, isNanosOfDay, isWritable, writeDate, writeTime, writeTimestamp } from './times.ts'
import { BIG_INTEGER_BYTES_MAX, DEPTH_MAX, SCALE_MAX, TypeId } from './types.ts'

const SINK_BYTES = 1024
/** A sink that has become larger is not kept. */
const SINK_BYTES_MAX = 1024 * 1024

/** Of the hash and the type. */
const HEAD_BYTES = 8
const COUNT_BYTES = 4

let sink = new ByteSink(SINK_BYTES)

/**
 * A value in Hazelcast's Data layout, as bytes of its own. null and undefined → null · boolean ·
 * number → double · bigint → long, beyond 64 bits BigInteger · string (an unpaired surrogate becomes
 * U+FFFD) · Uint8Array → byte[] · an array of booleans, numbers, bigints or strings → boolean[],
 * double[], long[] or String[], any other and an empty one → ArrayList · Date · Uuid · Decimal →
 * BigDecimal · LocalDate · LocalTime · Timestamp → LocalDateTime or OffsetDateTime · JsonText → JSON.
 * All else (objects, Map, Set, other typed arrays) is packed for ourselves; Hazelcast's own clients
 * cannot read it; functions in them become undefined. Throws GRD-005 for what cannot be kept, such
 * as a function by itself.
 */
export const toData = (value: unknown): Uint8Array => {
  sink.reset()
  sink.i32(0)
  writeObject(value, 0)
  const data = sink.copy()
  if (sink.length > SINK_BYTES_MAX) sink = new ByteSink(SINK_BYTES)
  return data
}

/** As `toData`, after the count of its bytes; bytes are copied only once. */
export const writeData = (value: unknown, to: ByteSink): void => {
  if (!(value instanceof Uint8Array)) {
    to.bytes(toData(value))
    return
  }
  to.u32(HEAD_BYTES + COUNT_BYTES + value.length)
  to.i32(0)
  to.i32(TypeId.byteArray)
  to.bytes(value)
}

/** The type, then the payload. */
const writeObject = (value: unknown, depth: number): void => {
  switch (typeof value) {
    case 'string':
      sink.i32(TypeId.string)
      sink.text(value)
      break
    case 'number':
      sink.i32(TypeId.double)
      sink.f64(value)
      break
    case 'boolean':
      sink.i32(TypeId.boolean)
      sink.flag(value)
      break
    case 'bigint':
      writeBigint(value)
      break
    case 'undefined':
      sink.i32(TypeId.null)
      break
    case 'object':
      if (value === null) sink.i32(TypeId.null)
      else if (Array.isArray(value)) writeArray(value, depth)
      else writeInstance(value)
      break
    default:
      throw unfit(`A ${typeof value} cannot be kept`)
  }
}

const isLong = (value: bigint): boolean => BigInt.asIntN(64, value) === value

const writeBigint = (value: bigint): void => {
  if (isLong(value)) {
    sink.i32(TypeId.long)
    sink.i64(value)
    return
  }
  sink.i32(TypeId.bigInteger)
  writeInteger(value)
}

const writeInteger = (value: bigint): void => {
  const bytes = bytesOfInteger(value)
  if (bytes.length > BIG_INTEGER_BYTES_MAX) throw unfit('An integer is too large')
  sink.bytes(bytes)
}

const writeArray = (values: readonly unknown[], depth: number): void => {
  if (depth > DEPTH_MAX) throw unfit(`Arrays lie in each other more than ${DEPTH_MAX} deep`)
  const type = arrayTypeOf(values)
  sink.i32(type)
  sink.i32(values.length)
  for (const value of values) {
    if (type === TypeId.arrayList) writeObject(value, depth + 1)
    else if (typeof value === 'string') sink.text(value)
    else if (typeof value === 'number') sink.f64(value)
    else if (typeof value === 'boolean') sink.flag(value)
    else sink.i64(value as bigint)
  }
}

const arrayTypeOf = (values: readonly unknown[]): number => {
  const kind = typeof values[0]
  for (const value of values) {
    if (typeof value !== kind || (typeof value === 'bigint' && !isLong(value))) {
      return TypeId.arrayList
    }
  }
  switch (kind) {
    case 'string':
      return TypeId.stringArray
    case 'number':
      return TypeId.doubleArray
    case 'boolean':
      return TypeId.booleanArray
    case 'bigint':
      return TypeId.longArray
    default:
      return TypeId.arrayList
  }
}

const writeInstance = (value: object): void => {
  if (value instanceof Uint8Array) {
    sink.i32(TypeId.byteArray)
    sink.bytes(value)
  } else if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw unfit('A date is not valid')
    sink.i32(TypeId.date)
    sink.i64(BigInt(value.getTime()))
  } else if (value instanceof Uuid) {
    sink.i32(TypeId.uuid)
    sink.raw(Uint8Array.fromHex(value.text.replaceAll('-', '')))
  } else if (value instanceof JsonText) {
    sink.i32(TypeId.json)
    sink.text(value.text)
  } else if (value instanceof Decimal) {
    writeDecimal(value)
  } else if (value instanceof Timestamp) {
    if (!isWritable(value)) throw unfit('A timestamp is out of range')
    sink.i32(value.offsetSeconds === null ? TypeId.localDateTime : TypeId.offsetDateTime)
    writeTimestamp(sink, value)
  } else if (value instanceof LocalDate) {
    if (!isDays(value.days)) throw unfit('A date is out of range')
    sink.i32(TypeId.localDate)
    writeDate(sink, value.days)
  } else if (value instanceof LocalTime) {
    if (!isNanosOfDay(value.nanosOfDay)) throw unfit('A time of day is out of range')
    sink.i32(TypeId.localTime)
    const seconds = Math.floor(value.nanosOfDay / NANOS_OF_SECOND)
    writeTime(sink, seconds, value.nanosOfDay % NANOS_OF_SECOND)
  } else writePacked(value)
}

const writeDecimal = ({ unscaled, scale }: Decimal): void => {
  if (Math.abs(scale) > SCALE_MAX) throw unfit('A decimal has too many places')
  sink.i32(TypeId.bigDecimal)
  writeInteger(unscaled)
  sink.i32(scale)
}

const writePacked = (value: object): void => {
  let packed: Uint8Array
  try {
    packed = packAny(value)
  } catch (cause) {
    throw unfit('An object holds what cannot be kept', cause)
  }
  sink.i32(TypeId.packed)
  sink.bytes(packed)
}

const unfit = (why: string, cause?: unknown): EngineError =>
  new EngineError('GRD-005', `${why} in the grid.`, { cause })
