import type { JsonValue } from '../config/index.ts'
import { exactJsonText, parseExactJson, writtenNumber } from './exactJson.ts'
import { parseDecimal, rescaleDecimal } from './decimal.ts'
import { bfloat16Of, float16Of } from './halfFloats.ts'
import {
  bigintInRange,
  decimalInRange,
  INTEGER_RANGES,
  isNested,
  misfit,
  parseScalar,
} from './scalarText.ts'
import type { DataType } from './types.ts'
import type { Decimal, Value } from './values.ts'

type JsonObject = { readonly [key: string]: JsonValue }

/**
 * The value that JSON gives: numbers as numbers or texts, dates and times as texts, bytes in
 * base64, rows as objects by field name or arrays by position (a field that is missing is null),
 * maps as objects whose keys are texts of the key type, vectors as arrays of numbers. A string
 * column takes any JSON: a number or boolean by its text, an object or array as JSON. Throws
 * ROW-002 when the value does not fit.
 */
export const valueFromJson = (type: DataType, json: JsonValue): Value => {
  if (json === null || json === undefined) return null
  switch (type.kind) {
    case 'null':
      return null
    case 'any':
      return json as Value
    case 'string':
      return typeof json === 'object' ? exactJsonText(json) : String(json)
    case 'boolean':
      return typeof json === 'boolean' ? json : scalarOf(type, textOf(type, json))
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return integerOf(type, type.kind, json)
    case 'decimal':
      return decimalOf(type, json)
    case 'array':
      return listOf(type, json).map((_, at, list) => memberFromJson(type.element, list, at))
    case 'map':
      return mapOf(type, type.key, type.value, json)
    case 'row':
      return rowOf(type, json)
    case 'float_vector':
      return Float32Array.from(numbersOf(type, json))
    case 'float16_vector':
      return Uint16Array.from(numbersOf(type, json), float16Of)
    case 'bfloat16_vector':
      return Uint16Array.from(numbersOf(type, json), bfloat16Of)
    case 'sparse_float_vector':
      return mapOf(type, INDEX_TYPE, FLOAT_TYPE, json)
    case 'float':
    case 'double':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamp_tz':
    case 'bytes':
    case 'binary_vector':
      return scalarOf(type, textOf(type, json))
    default:
      return type satisfies never
  }
}

/**
 * The value at a key of an object or array, null where it has none. As `valueFromJson`, but a
 * number that `parseExactJson` read becomes a text as it was written: 10.0, not 10.
 */
export const memberFromJson = (type: DataType, holder: object, key: string | number): Value => {
  if (!Object.hasOwn(holder, key)) return null
  const written = type.kind === 'string' ? writtenNumber(holder, key) : undefined
  return written ?? valueFromJson(type, (holder as { readonly [key: string]: JsonValue })[key]!)
}

/** The value of JSON in a text, with all its digits. Throws ROW-002. */
export const valueFromJsonText = (type: DataType, text: string): Value => {
  let json: JsonValue
  try {
    json = parseExactJson(text)
  } catch {
    throw misfit(type, text)
  }
  return valueFromJson(type, json)
}

const scalarOf = (type: DataType, text: string): Value => {
  const value = parseScalar(type, text.trim())
  if (value === undefined) throw misfit(type, text)
  return value
}

const keyOf = (type: DataType, text: string): Value => {
  if (type.kind === 'string') return text
  return isNested(type) ? valueFromJsonText(type, text) : scalarOf(type, text)
}

const INDEX_TYPE: DataType = { kind: 'int' }
const FLOAT_TYPE: DataType = { kind: 'float' }

const textOf = (type: DataType, json: JsonValue): string => {
  if (typeof json === 'string') return json
  const isNumberType = type.kind === 'float' || type.kind === 'double'
  // String() would lose the sign of a zero.
  if (typeof json === 'number' && isNumberType) return Object.is(json, -0) ? '-0' : String(json)
  throw misfit(type, json)
}

/** A whole number however it is written: 7, 7.0, "7" or 7e0. */
const integerOf = (
  type: DataType,
  kind: 'tinyint' | 'smallint' | 'int' | 'bigint',
  json: JsonValue,
): Value => {
  const decimal = readDecimal(json)
  const whole = decimal === null ? null : rescaleDecimal(decimal, 0)
  if (whole === null || !isSame(whole, decimal!)) throw misfit(type, json)
  if (kind === 'bigint') {
    const value = bigintInRange(whole.unscaled)
    if (value === undefined) throw misfit(type, json)
    return value
  }
  const { min, max } = INTEGER_RANGES[kind]
  const number = Number(whole.unscaled)
  if (number < min || number > max) throw misfit(type, json)
  return number
}

const isSame = (whole: Decimal, decimal: Decimal): boolean =>
  rescaleDecimal(whole, decimal.scale).unscaled === decimal.unscaled

const decimalOf = (type: DataType & { readonly kind: 'decimal' }, json: JsonValue): Value => {
  const decimal = readDecimal(json)
  const value = decimal === null ? undefined : decimalInRange(decimal, type.precision, type.scale)
  if (value === undefined) throw misfit(type, json)
  return value
}

const readDecimal = (json: JsonValue): Decimal | null =>
  typeof json === 'number' || typeof json === 'string' ? parseDecimal(String(json).trim()) : null

const listOf = (type: DataType, json: JsonValue): readonly JsonValue[] => {
  if (!Array.isArray(json)) throw misfit(type, json)
  return json as readonly JsonValue[]
}

const numbersOf = (type: DataType, json: JsonValue): number[] =>
  listOf(type, json).map((item) => {
    const number = typeof item === 'object' ? null : valueFromJson({ kind: 'double' }, item)
    if (number === null) throw misfit(type, json)
    return number as number
  })

const mapOf = (
  type: DataType,
  keyType: DataType,
  valueType: DataType,
  json: JsonValue,
): ReadonlyMap<Value, Value> => {
  const object = objectOf(type, json)
  return new Map(
    Object.keys(object).map((key) => [keyOf(keyType, key), memberFromJson(valueType, object, key)]),
  )
}

const rowOf = (type: DataType & { readonly kind: 'row' }, json: JsonValue): readonly Value[] => {
  const { fields } = type
  if (Array.isArray(json)) {
    if (json.length > fields.length) throw misfit(type, json)
    return fields.map((field, index) => memberFromJson(field.type, json, index))
  }
  const object = objectOf(type, json)
  return fields.map((field) => memberFromJson(field.type, object, field.name))
}

const objectOf = (type: DataType, json: JsonValue): JsonObject => {
  if (typeof json !== 'object' || Array.isArray(json)) throw misfit(type, json)
  return json as JsonObject
}
