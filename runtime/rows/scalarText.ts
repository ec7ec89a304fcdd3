import { EngineError } from '../errors/index.ts'
import { decimalFits, formatDecimal, parseDecimal, rescaleDecimal } from './decimal.ts'
import { formatDouble, formatFloat } from './floatText.ts'
import {
  formatDate,
  formatTime,
  formatTimestamp,
  localSeconds,
  parseDate,
  parseTime,
  parseTimestamp,
} from './temporal.ts'
import { formatType, type DataType } from './types.ts'
import { Decimal, Timestamp, type Value } from './values.ts'

/** The inclusive ranges of the integer types. */
export const INTEGER_RANGES = {
  tinyint: { min: -128, max: 127 },
  smallint: { min: -32_768, max: 32_767 },
  int: { min: -2_147_483_648, max: 2_147_483_647 },
} as const

const BIGINT_MIN = -(2n ** 63n)
const BIGINT_MAX = 2n ** 63n - 1n
const INTEGER_TEXT = /^[+-]?\d{1,20}$/
const NUMBER_TEXT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)$/

/** Types whose values are JSON in a text. */
export const isNested = (type: DataType): boolean => NESTED_KINDS.has(type.kind)

const NESTED_KINDS: ReadonlySet<DataType['kind']> = new Set([
  ...(['array', 'map', 'row', 'float_vector', 'float16_vector', 'bfloat16_vector'] as const),
  'sparse_float_vector' as const,
])

/** The value of a text without blanks around it; undefined when it does not fit, or for a nested type. */
export const parseScalar = (type: DataType, text: string): Value | undefined => {
  switch (type.kind) {
    case 'null':
      return null
    case 'boolean':
      return booleanOf(text)
    case 'tinyint':
    case 'smallint':
    case 'int': {
      const { min, max } = INTEGER_RANGES[type.kind]
      const number = INTEGER_TEXT.test(text) ? Number(text) : Number.NaN
      return number >= min && number <= max ? number + 0 : undefined
    }
    case 'bigint':
      return INTEGER_TEXT.test(text) ? bigintInRange(BigInt(text)) : undefined
    case 'float':
    case 'double':
      return NUMBER_TEXT.test(text) ? floatingOf(type.kind, Number(text), text) : undefined
    case 'decimal': {
      const decimal = parseDecimal(text)
      return decimal === null ? undefined : decimalInRange(decimal, type.precision, type.scale)
    }
    case 'date':
      return parseDate(text) ?? undefined
    case 'time':
      return parseTime(text) ?? undefined
    case 'timestamp':
    case 'timestamp_tz': {
      const timestamp = parseTimestamp(text)
      return timestamp === null ? undefined : timestampOf(type.kind, timestamp)
    }
    case 'bytes':
    case 'binary_vector':
      return bytesOf(text)
    case 'string':
      return text
    default:
      return undefined
  }
}

const booleanOf = (text: string): boolean | undefined => {
  const lowered = text.toLowerCase()
  return lowered === 'true' ? true : lowered === 'false' ? false : undefined
}

export const bigintInRange = (value: bigint): bigint | undefined =>
  value < BIGINT_MIN || value > BIGINT_MAX ? undefined : value

/** The number as a float or double; undefined when a finite text is beyond what the type holds. */
export const floatingOf = (
  kind: 'float' | 'double',
  number: number,
  text: string,
): number | undefined => {
  const value = kind === 'float' ? Math.fround(number) : number
  return Number.isFinite(value) || Number.isNaN(value) || text.endsWith('Infinity')
    ? value
    : undefined
}

/** Rounded to the type's scale when it has more places; undefined when it has too many digits. */
export const decimalInRange = (
  decimal: Decimal,
  precision: number,
  scale: number,
): Decimal | undefined => {
  const rounded = decimal.scale > scale ? rescaleDecimal(decimal, scale) : decimal
  return decimalFits(rounded, precision, scale) ? rounded : undefined
}

const timestampOf = (kind: 'timestamp' | 'timestamp_tz', timestamp: Timestamp): Timestamp => {
  if (kind === 'timestamp_tz') {
    return timestamp.offsetSeconds === null
      ? new Timestamp(timestamp.epochSeconds, timestamp.nanos, 0)
      : timestamp
  }
  return timestamp.offsetSeconds === null
    ? timestamp
    : new Timestamp(localSeconds(timestamp), timestamp.nanos)
}

const bytesOf = (text: string): Uint8Array | undefined => {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return undefined
  }
}

/** The error for a value, or its text, that is not of the type. */
export const misfit = (type: DataType, value: unknown): EngineError => {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  const shown = written.length > 100 ? `${written.slice(0, 100)}…` : written
  return new EngineError('ROW-002', `"${shown}" is not a value of type ${formatType(type)}.`)
}

/** The text of a value that is not nested. */
export const formatScalar = (type: DataType, value: Value): string => {
  switch (type.kind) {
    case 'float':
      return formatFloat(value as number)
    case 'double':
      return formatDouble(value as number)
    case 'decimal':
      return formatDecimal(value as Decimal)
    case 'date':
      return formatDate(value as number)
    case 'time':
      return formatTime(value as number)
    case 'timestamp':
    case 'timestamp_tz':
      return formatTimestamp(value as Timestamp)
    case 'bytes':
    case 'binary_vector':
      return (value as Uint8Array).toBase64()
    default:
      return String(value as string | number | bigint | boolean)
  }
}
