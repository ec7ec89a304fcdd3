import type { JsonValue } from '../config/index.ts'
import { EngineError } from '../errors/index.ts'
import { decimalFits, formatDecimal, parseDecimal, rescaleDecimal } from './decimal.ts'
import { formatDouble, formatFloat } from './floatText.ts'
import { formatDate, formatTime, formatTimestamp } from './temporal.ts'
import { localSeconds, parseDate, parseTime, parseTimestamp } from './temporal.ts'
import { formatType, type DataType } from './types.ts'
import { Decimal, Timestamp, type Value } from './values.ts'
import { valueFromJson } from './jsonValues.ts'
import { writeJson } from './jsonText.ts'

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

/**
 * The value of a text such as a CSV field: numbers in decimal notation, dates and times as
 * `parseDate` and its kin read them, bytes in base64, arrays, maps and rows in JSON. Blanks around
 * anything but a string are ignored. A local timestamp drops an offset that the text has; one with
 * a zone is UTC when the text has none. Decimals with more places than the type are rounded half
 * up. Throws ROW-002; no text is null, that is for the format to say.
 */
export const parseText = (type: DataType, text: string): Value => {
  const value = type.kind === 'string' || type.kind === 'any' ? text : scalarOf(type, text.trim())
  if (value === undefined) throw misfit(type, text)
  return value
}

/** Undefined when the text does not fit. */
const scalarOf = (type: DataType, text: string): Value | undefined => {
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
    default:
      return structureOf(type, text)
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

const structureOf = (type: DataType, text: string): Value | undefined => {
  let json: JsonValue
  try {
    json = parseExactJson(text)
  } catch {
    return undefined
  }
  return valueFromJson(type, json)
}

/** JSON in which a number that a double would change becomes its text. */
export const parseExactJson = (text: string): JsonValue =>
  JSON.parse(text, (_key, value, context?: { readonly source?: string }) => {
    const source = context?.source
    return typeof value === 'number' && source !== undefined && !isExact(value, source)
      ? source
      : (value as JsonValue)
  }) as JsonValue

/** Any 15 digits survive in a double, as long as its exponent does. */
const isExact = (number: number, source: string): boolean => {
  if (String(number) === source) return true
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
  return digits.length <= 15 && Number.isFinite(number) && (number !== 0 || digits === '')
}

/** The error for a value, or its text, that is not of the type. */
export const misfit = (type: DataType, value: unknown): EngineError => {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  const shown = written.length > 100 ? `${written.slice(0, 100)}…` : written
  return new EngineError('ROW-002', `"${shown}" is not a value of type ${formatType(type)}.`)
}

/** The text that `parseText` reads back as the same value; null is an empty text. */
export const formatText = (type: DataType, value: Value): string => {
  if (value === null) return ''
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
    case 'array':
    case 'map':
    case 'row':
    case 'float_vector':
    case 'float16_vector':
    case 'bfloat16_vector':
    case 'sparse_float_vector':
      return writeJson(type, value)
    case 'any':
      return typeof value === 'object' ? writeJson(type, value) : String(value)
    default:
      return String(value as string | number | bigint | boolean)
  }
}
