import { JsonText, LocalDate, LocalTime, Uuid } from '../data/index.ts'
import {
  compareDecimal,
  compareTimestamp,
  Decimal,
  decimalFromNumber,
  formatDecimal,
  normalizeDecimal,
  parseDecimal,
  formatTime,
  parseTimestamp,
  SECONDS_OF_DAY,
  Timestamp,
} from '../../../runtime/rows/index.ts'

/** Values that can be put in order with each other; the classes follow each other in this order. */
export type ValueClass = 'null' | 'boolean' | 'number' | 'text' | 'time' | 'other'

const CLASS_ORDER: readonly ValueClass[] = ['null', 'boolean', 'number', 'text', 'time', 'other']

export type Numeric = number | bigint | Decimal

/** A value as it is compared: a UUID or a time of day as its text, a date as its midnight. */
export const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value ?? null
  if (value instanceof Uuid) return value.text
  if (value instanceof LocalDate) return new Timestamp(value.days * SECONDS_OF_DAY, 0)
  if (value instanceof LocalTime) return formatTime(value.nanosOfDay)
  return value instanceof JsonText ? parseJson(value) : value
}

/** A text that is no JSON is taken as the text that it is. */
const parseJson = ({ text }: JsonText): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const classOf = (value: unknown): ValueClass => {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'number'
    case 'string':
      return 'text'
    case 'boolean':
      return 'boolean'
    case 'undefined':
      return 'null'
    default:
      if (value === null) return 'null'
      if (value instanceof Decimal) return 'number'
      return value instanceof Date || value instanceof Timestamp ? 'time' : 'other'
  }
}

const decimalOf = (value: Numeric): Decimal | null => {
  if (typeof value === 'bigint') return new Decimal(value, 0)
  return typeof value === 'number' ? decimalFromNumber(value) : value
}

/** Exact across the kinds of numbers; NaN comes after all others, as in Java. */
export const compareNumbers = (left: Numeric, right: Numeric): number => {
  if (typeof left !== 'object' && typeof right !== 'object') {
    if (left === right) return 0
    // A bigint and a number are compared exactly by the language.
    if (left < right) return -1
    if (left > right) return 1
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  }
  const [leftDecimal, rightDecimal] = [decimalOf(left), decimalOf(right)]
  if (leftDecimal !== null && rightDecimal !== null) {
    return compareDecimal(leftDecimal, rightDecimal)
  }
  // One of them is infinite or NaN, which no decimal is: the other counts as 0.
  return compareNumbers(
    leftDecimal === null ? (left as number) : 0,
    rightDecimal === null ? (right as number) : 0,
  )
}

const MS_OF_SECOND = 1000
const NANOS_OF_MS = 1e6

const timestampOf = (value: Date | Timestamp): Timestamp => {
  if (value instanceof Timestamp) return value
  const seconds = Math.floor(value.getTime() / MS_OF_SECOND)
  return new Timestamp(seconds, (value.getTime() - seconds * MS_OF_SECOND) * NANOS_OF_MS, 0)
}

/** The same text for equal values only: equal numbers of different kinds have the same. */
export const canonicalText = (value: unknown): string => {
  switch (classOf(value)) {
    case 'null':
      return '-'
    case 'boolean':
      return value === true ? 't' : 'f'
    case 'text':
      return `s${value as string}`
    case 'number':
      return `n${numberText(value as Numeric)}`
    case 'time': {
      const time = timestampOf(value as Date | Timestamp)
      return `d${time.epochSeconds}.${time.nanos}`
    }
    default:
      return `o${otherText(value as object)}`
  }
}

const numberText = (value: Numeric): string => {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value)
    if (!Number.isFinite(value)) return String(value)
    if (Number.isInteger(value)) return String(BigInt(value))
  }
  return formatDecimal(normalizeDecimal(decimalOf(value)!))
}

const otherText = (value: object): string => {
  if (ArrayBuffer.isView(value)) {
    return `[${[...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)].join()}]`
  }
  if (value instanceof Map || value instanceof Set) return otherText([...value])
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalText(field)}`).join()}}`
}

const compareTexts = (left: string, right: string): number =>
  left === right ? 0 : left < right ? -1 : 1

/** A total order over all values: by class, then within it. */
export const compareValues = (left: unknown, right: unknown): number => {
  const [leftClass, rightClass] = [classOf(left), classOf(right)]
  if (leftClass !== rightClass) {
    return CLASS_ORDER.indexOf(leftClass) - CLASS_ORDER.indexOf(rightClass)
  }
  switch (leftClass) {
    case 'null':
      return 0
    case 'boolean':
      return Number(left) - Number(right)
    case 'number':
      return compareNumbers(left as Numeric, right as Numeric)
    case 'text':
      return compareTexts(left as string, right as string)
    case 'time':
      return compareTimestamp(
        timestampOf(left as Date | Timestamp),
        timestampOf(right as Date | Timestamp),
      )
    default:
      return compareTexts(canonicalText(left), canonicalText(right))
  }
}

const NUMBER_TEXT = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

const numberOf = (text: string): Numeric | undefined =>
  NUMBER_TEXT.test(text) ? (parseDecimal(text.trim()) ?? undefined) : undefined

/** As the text of an attribute would be written. */
const textOf = (value: unknown): string | undefined => {
  switch (classOf(value)) {
    case 'number':
      return value instanceof Decimal ? formatDecimal(value) : String(value)
    case 'boolean':
      return String(value)
    default:
      return undefined
  }
}

/**
 * A value of a predicate, converted to the class of an attribute (`equal('age', '23')` finds the
 * number 23): undefined where that cannot be.
 */
export const convertTo = (to: ValueClass, value: unknown): unknown => {
  if (classOf(value) === to) return value
  if (to === 'text') return textOf(value)
  if (typeof value !== 'string') {
    return to === 'time' && typeof value === 'number' ? new Date(value) : undefined
  }
  if (to === 'number') return numberOf(value)
  if (to === 'time') return parseTimestamp(value) ?? undefined
  if (to !== 'boolean') return undefined
  const flag = value.toLowerCase()
  return flag === 'true' ? true : flag === 'false' ? false : undefined
}

/** Every form in which an attribute can be equal to a value of a predicate, or be compared with it. */
export const conversionsOf = (given: unknown): ReadonlyMap<ValueClass, unknown> => {
  const value = plain(given)
  const conversions = new Map<ValueClass, unknown>()
  for (const to of CLASS_ORDER) {
    const converted = convertTo(to, value)
    if (converted !== undefined) conversions.set(to, converted)
  }
  return conversions
}
