import { EngineError } from '../../../../runtime/errors/index.ts'
import { Timestamp, type Value } from '../../../../runtime/rows/index.ts'
import { readNumeric } from './numeric.ts'

/** Days and seconds from 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
export const EPOCH_DAYS = 10_957
export const EPOCH_SECONDS = EPOCH_DAYS * 86_400
export const MICROS_OF_SECOND = 1_000_000
/** 2^32 microseconds, as whole seconds and the rest. */
export const HIGH_SECONDS = 4294
export const HIGH_MICROS = 967_296

/** One value in a binary form; `form[]` is an array of `form`. */
export const decodeValue = (form: string, view: DataView, at: number, end: number): Value => {
  switch (form) {
    case 'bool':
      return view.getUint8(at) === 1
    case 'int2':
      return view.getInt16(at)
    case 'int4':
      return view.getInt32(at)
    case 'int8':
      return view.getBigInt64(at)
    case 'float4':
      return view.getFloat32(at)
    case 'float8':
      return view.getFloat64(at)
    case 'date':
      return view.getInt32(at) + EPOCH_DAYS
    case 'bytea':
      return new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice()
    case 'text':
      return Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('utf8')
    case 'numeric': {
      const decimal = readNumeric(view, at)
      if (decimal === undefined) throw notInTypes('NaN')
      return decimal
    }
    case 'timestamp':
    case 'timestamptz':
      return readTimestamp(form, view, at)
    default:
      return decodeArray(form.slice(0, -2), view, at)
  }
}

const readTimestamp = (form: string, view: DataView, at: number): Timestamp => {
  const high = view.getInt32(at)
  const micros = high * HIGH_MICROS + view.getUint32(at + 4)
  const carry = Math.floor(micros / MICROS_OF_SECOND)
  const seconds = high * HIGH_SECONDS + carry + EPOCH_SECONDS
  const nanos = (micros - carry * MICROS_OF_SECOND) * 1000
  return new Timestamp(seconds, nanos, form === 'timestamptz' ? 0 : null)
}

/**
 * An array: number of dimensions, flags, element OID, a length and lower bound for each dimension,
 * then the elements (array_send). SeaTunnel's arrays have one dimension: more are one long row.
 */
const decodeArray = (form: string, view: DataView, start: number): Value => {
  const dimensions = view.getInt32(start)
  let count = dimensions === 0 ? 0 : 1
  for (let index = 0; index < dimensions; index += 1) count *= view.getInt32(start + 12 + index * 8)
  let at = start + 12 + dimensions * 8
  const values: Value[] = []
  for (let index = 0; index < count; index += 1) {
    const length = view.getInt32(at)
    at += 4
    values.push(length === -1 ? null : decodeValue(form, view, at, at + length))
    if (length > 0) at += length
  }
  return values
}

export const notInTypes = (what: string): EngineError =>
  new EngineError(
    'JDB-006',
    `A column holds ${what}, which has no value in a job: cast it to text in the query.`,
  )
