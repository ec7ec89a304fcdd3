import type { JsonValue } from '../../runtime/config/index.ts'
import {
  formatText,
  misfit,
  Timestamp,
  valueFromJson,
  type DataType,
  type Value,
} from '../../runtime/rows/index.ts'

const MS_OF_SECOND = 1000
const NANOS_OF_MS = 1_000_000

/**
 * A value as the code of a job sees it: decimals, dates and times as texts, so that nothing is
 * rounded, timestamps as Date (to the millisecond, local ones as if they were UTC), rows as objects.
 */
export const plainOf = (type: DataType, value: Value): unknown => {
  if (value === null) return null
  switch (type.kind) {
    case 'decimal':
    case 'date':
    case 'time':
      return formatText(type, value)
    case 'timestamp':
    case 'timestamp_tz': {
      const { epochSeconds, nanos } = value as Timestamp
      return new Date(epochSeconds * MS_OF_SECOND + Math.floor(nanos / NANOS_OF_MS))
    }
    case 'array':
      return (value as readonly Value[]).map((item) => plainOf(type.element, item))
    case 'map':
      return new Map(
        [...(value as ReadonlyMap<Value, Value>)].map(([key, inner]) => [
          plainOf(type.key, key),
          plainOf(type.value, inner),
        ]),
      )
    case 'row':
      return Object.fromEntries(
        type.fields.map((field, index) => [
          field.name,
          plainOf(field.type, (value as readonly Value[])[index] ?? null),
        ]),
      )
    default:
      return value
  }
}

const timestampOf = (date: Date, hasZone: boolean): Timestamp => {
  const epochMs = date.getTime()
  const seconds = Math.floor(epochMs / MS_OF_SECOND)
  const nanos = (epochMs - seconds * MS_OF_SECOND) * NANOS_OF_MS
  return new Timestamp(seconds, nanos, hasZone ? 0 : null)
}

const entriesOf = (plain: object): Iterable<readonly [unknown, unknown]> =>
  plain instanceof Map ? plain : Object.entries(plain)

const memberOf = (plain: object, name: string): unknown =>
  plain instanceof Map ? plain.get(name) : (plain as Readonly<Record<string, unknown>>)[name]

/** The other way round; takes also what JSON has for the type. Throws ROW-002 for what does not fit. */
export const valueOfPlain = (type: DataType, plain: unknown): Value => {
  if (plain === null || plain === undefined) return null
  if (type.kind === 'any') return plain as Value
  if (plain instanceof Date) {
    if (type.kind === 'timestamp') return timestampOf(plain, false)
    if (type.kind === 'timestamp_tz') return timestampOf(plain, true)
    return valueFromJson(type, plain.toISOString())
  }
  if (plain instanceof Uint8Array && type.kind === 'bytes') return plain
  if (typeof plain === 'bigint') return valueFromJson(type, plain.toString())
  if (typeof plain !== 'object') return valueFromJson(type, plain as JsonValue)
  switch (type.kind) {
    case 'array':
      if (Array.isArray(plain)) return plain.map((item) => valueOfPlain(type.element, item))
      throw misfit(type, plain)
    case 'map':
      return new Map(
        [...entriesOf(plain)].map(([key, inner]) => [
          valueOfPlain(type.key, key),
          valueOfPlain(type.value, inner),
        ]),
      )
    case 'row':
      return type.fields.map((field) => valueOfPlain(field.type, memberOf(plain, field.name)))
    default:
      return valueFromJson(type, plain as JsonValue)
  }
}
