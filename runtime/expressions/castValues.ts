import {
  Decimal,
  decimalFits,
  decimalToNumber,
  epochDayOrNull,
  floatToDouble,
  formatText,
  INTEGER_RANGES,
  localSeconds,
  NANOS_OF_SECOND,
  parseDate,
  parseDecimal,
  parseTime,
  parseTimestamp,
  SECONDS_OF_DAY,
  Timestamp,
  type DataType,
  type Value,
} from '../rows/index.ts'
import { roundDecimal } from './decimals.ts'
import { isNumeric } from './types.ts'
import { exactDecimal } from './widen.ts'

/** Converts one value that is not null; undefined when it cannot be. */
export type Converter = (value: Value) => Value | undefined

const encoder = new TextEncoder()

/** How CAST converts values of `from`; null when it converts none. */
export const converterOf = (from: DataType, to: DataType): Converter | null => {
  if (from.kind === 'null') return () => null
  switch (to.kind) {
    case 'string':
      return from.kind === 'bytes'
        ? (value) => new TextDecoder().decode(value as Uint8Array)
        : (value) => formatText(from, value)
    case 'bytes':
      return (value) => encoder.encode(formatText(from, value))
    case 'tinyint':
    case 'smallint':
    case 'int':
      return integerConverter(from, (number) => inRange(number, to.kind as 'int'))
    case 'bigint':
      return integerConverter(from, (number) =>
        BigInt.asIntN(64, number) === number ? number : undefined,
      )
    case 'float':
      return doubleConverter(from, Math.fround)
    case 'double':
      return doubleConverter(from, (number) =>
        from.kind === 'float' ? floatToDouble(number) : number,
      )
    case 'decimal':
      return decimalConverter(from, to.precision, to.scale)
    case 'boolean':
      return booleanConverter(from)
    default:
      return temporalConverter(from, to)
  }
}

const inRange = (number: bigint, kind: 'tinyint' | 'smallint' | 'int'): number | undefined => {
  const { min, max } = INTEGER_RANGES[kind]
  return number >= min && number <= max ? Number(number) : undefined
}

/** Texts must be integers; other numbers lose their fraction. */
const integerConverter = (
  from: DataType,
  fit: (number: bigint) => Value | undefined,
): Converter | null => {
  if (from.kind === 'string') {
    return (value) =>
      /^[+-]?\d{1,20}$/.test(value as string)
        ? fit(BigInt((value as string).replace('+', '')))
        : undefined
  }
  if (!isNumeric(from)) return null
  return (value) => {
    if (typeof value === 'bigint') return fit(value)
    if (value instanceof Decimal) return fit(roundDecimal(value, 0, 'down').unscaled)
    return Number.isFinite(value) ? fit(BigInt(Math.trunc(value as number))) : undefined
  }
}

const NUMBER_TEXT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)$/

const doubleConverter = (from: DataType, finish: (number: number) => number): Converter | null => {
  if (from.kind === 'string') {
    return (value) => {
      const text = (value as string).trim()
      return NUMBER_TEXT.test(text) ? finish(Number(text)) : undefined
    }
  }
  if (!isNumeric(from)) return null
  return (value) =>
    finish(value instanceof Decimal ? decimalToNumber(value) : Number(value as number | bigint))
}

/** More places than the scale are rounded towards positive infinity, as SeaTunnel does. */
const decimalConverter = (from: DataType, precision: number, scale: number): Converter | null => {
  if (from.kind !== 'string' && !isNumeric(from)) return null
  return (value) => {
    const exact =
      typeof value === 'string'
        ? parseDecimal(value)
        : exactDecimal(from.kind === 'float' ? floatToDouble(value as number) : value)
    if (exact === null) return undefined
    const rounded = roundDecimal(exact, scale, 'ceiling')
    return decimalFits(rounded, precision, scale) ? rounded : undefined
  }
}

const booleanConverter = (from: DataType): Converter | null => {
  if (from.kind === 'string') {
    return (value) => {
      const text = (value as string).toLowerCase()
      return text === 'true' ? true : text === 'false' ? false : undefined
    }
  }
  if (!isNumeric(from)) return null
  return (value) => {
    const number = value instanceof Decimal ? decimalToNumber(value) : Number(value)
    return number === 1 ? true : number === 0 ? false : undefined
  }
}

const temporalConverter = (from: DataType, to: DataType): Converter | null => {
  const local = from.kind === 'timestamp' || from.kind === 'timestamp_tz'
  switch (to.kind) {
    case 'timestamp':
      if (local) return (value) => localTimestamp(value as Timestamp)
      if (from.kind === 'date')
        return (value) => new Timestamp((value as number) * SECONDS_OF_DAY, 0)
      if (from.kind === 'bigint') return (value) => timestampOfMillis(Number(value as bigint))
      if (from.kind === 'string')
        return (value) => localOrUndefined(parseTimestamp(value as string))
      return null
    case 'date':
      if (local) return (value) => Math.floor(localSeconds(value as Timestamp) / SECONDS_OF_DAY)
      if (from.kind === 'int') return (value) => dateOfDigits(value as number)
      if (from.kind === 'string') return (value) => parseDate(value as string) ?? undefined
      return null
    case 'time':
      if (local) return (value) => nanosOfDay(value as Timestamp)
      if (from.kind === 'date') return () => 0
      if (from.kind === 'int') return (value) => timeOfDigits(value as number)
      if (from.kind === 'string') return (value) => parseTime(value as string) ?? undefined
      return null
    default:
      return null
  }
}

const localOrUndefined = (timestamp: Timestamp | null): Timestamp | undefined =>
  timestamp === null ? undefined : localTimestamp(timestamp)

const localTimestamp = (timestamp: Timestamp): Timestamp =>
  timestamp.offsetSeconds === null
    ? timestamp
    : new Timestamp(localSeconds(timestamp), timestamp.nanos)

/** Milliseconds since 1970-01-01T00:00:00Z, seen in UTC. */
const timestampOfMillis = (millis: number): Timestamp => {
  const seconds = Math.floor(millis / 1000)
  return new Timestamp(seconds, (millis - seconds * 1000) * 1_000_000)
}

/** The date of digits such as 20240126. */
const dateOfDigits = (digits: number): number | undefined =>
  epochDayOrNull(Math.trunc(digits / 10_000), Math.trunc(digits / 100) % 100, digits % 100) ??
  undefined

/** The time of digits such as 235109. */
const timeOfDigits = (digits: number): number | undefined => {
  const hour = Math.trunc(digits / 10_000)
  const minute = Math.trunc(digits / 100) % 100
  const second = digits % 100
  if (digits < 0 || hour > 23 || minute > 59 || second > 59) return undefined
  return ((hour * 60 + minute) * 60 + second) * NANOS_OF_SECOND
}

/** Nanoseconds since midnight on the timestamp's own clock. */
export const nanosOfDay = (timestamp: Timestamp): number => {
  const local = localSeconds(timestamp)
  const secondOfDay = local - Math.floor(local / SECONDS_OF_DAY) * SECONDS_OF_DAY
  return secondOfDay * NANOS_OF_SECOND + timestamp.nanos
}
