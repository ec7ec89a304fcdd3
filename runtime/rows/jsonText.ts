import type { JsonValue } from '../config/index.ts'
import { formatDecimal } from './decimal.ts'
import { floatToDouble, formatDouble, formatFloat } from './floatText.ts'
import { numberOfBfloat16, numberOfFloat16 } from './halfFloats.ts'
import { formatScalar, isNested } from './scalarText.ts'
import type { DataType } from './types.ts'
import { Decimal, Timestamp, type Value } from './values.ts'

/**
 * The value as JSON text, with every digit of a bigint or decimal, floats as Java writes them,
 * dates and times in ISO 8601, bytes in base64. NaN and the infinities, which JSON lacks, are texts.
 */
export const writeJson = (type: DataType, value: Value): string => {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'null':
      return 'null'
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return String(value as boolean | number | bigint)
    case 'float':
      return floatText(value as number, formatFloat)
    case 'double':
      return floatText(value as number, formatDouble)
    case 'decimal':
      return formatDecimal(value as Decimal)
    case 'string':
      return JSON.stringify(value)
    case 'array':
      return `[${(value as readonly Value[]).map((item) => writeJson(type.element, item)).join(',')}]`
    case 'map':
      return mapText(type.key, type.value, value as ReadonlyMap<Value, Value>)
    case 'row': {
      const row = value as readonly Value[]
      const fields = type.fields.map(
        (field, index) =>
          `${JSON.stringify(field.name)}:${writeJson(field.type, row[index] ?? null)}`,
      )
      return `{${fields.join(',')}}`
    }
    case 'float_vector':
    case 'float16_vector':
    case 'bfloat16_vector':
      return `[${Array.from(vectorNumbers(type, value), (item) => floatText(item, formatFloat)).join(',')}]`
    case 'sparse_float_vector':
      return mapText({ kind: 'int' }, { kind: 'float' }, value as ReadonlyMap<Value, Value>)
    case 'any':
      return anyText(value)
    default:
      return `"${formatScalar(type, value)}"`
  }
}

const floatText = (number: number, format: (number: number) => string): string =>
  Number.isFinite(number) ? format(number) : `"${format(number)}"`

const mapText = (key: DataType, value: DataType, map: ReadonlyMap<Value, Value>): string => {
  const entries = Array.from(
    map,
    ([itemKey, item]) => `${JSON.stringify(keyText(key, itemKey))}:${writeJson(value, item)}`,
  )
  return `{${entries.join(',')}}`
}

const keyText = (type: DataType, key: Value): string =>
  isNested(type) ? writeJson(type, key) : formatScalar(type, key)

/** The numbers of a dense vector of floats. */
const vectorNumbers = (type: DataType, value: Value): Iterable<number> => {
  if (type.kind === 'float_vector') return value as Float32Array
  const read = type.kind === 'float16_vector' ? numberOfFloat16 : numberOfBfloat16
  return Array.from(value as Uint16Array, read)
}

/**
 * The value as plain JSON values, which `valueFromJson` reads back as the same value. A bigint that
 * a double cannot hold, and every decimal, is its text.
 */
export const valueToJson = (type: DataType, value: Value): JsonValue => {
  if (value === null) return null
  switch (type.kind) {
    case 'null':
      return null
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'string':
      return value as boolean | number | string
    case 'bigint': {
      const number = Number(value as bigint)
      return Number.isSafeInteger(number) ? number : String(value as bigint)
    }
    case 'float':
      return jsonNumber(floatToDouble(value as number))
    case 'double':
      return jsonNumber(value as number)
    case 'array':
      return (value as readonly Value[]).map((item) => valueToJson(type.element, item))
    case 'map':
      return mapToJson(type.key, type.value, value as ReadonlyMap<Value, Value>)
    case 'row':
      return Object.fromEntries(
        type.fields.map((field, index) => [
          field.name,
          valueToJson(field.type, (value as readonly Value[])[index] ?? null),
        ]),
      )
    case 'float_vector':
    case 'float16_vector':
    case 'bfloat16_vector':
      return Array.from(vectorNumbers(type, value), (item) => jsonNumber(floatToDouble(item)))
    case 'sparse_float_vector':
      return mapToJson({ kind: 'int' }, { kind: 'float' }, value as ReadonlyMap<Value, Value>)
    case 'any':
      return JSON.parse(anyText(value)) as JsonValue
    default:
      return formatScalar(type, value)
  }
}

/** Negative zero, which JSON readers lose as a number, and what JSON lacks are texts. */
const jsonNumber = (number: number): JsonValue =>
  Number.isFinite(number) && !Object.is(number, -0) ? number : formatDouble(number)

const mapToJson = (key: DataType, value: DataType, map: ReadonlyMap<Value, Value>): JsonValue =>
  Object.fromEntries(
    Array.from(map, ([itemKey, item]) => [keyText(key, itemKey), valueToJson(value, item)]),
  )

/** JSON of a value without a declared type. */
const anyText = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (value instanceof Decimal) return formatDecimal(value)
  if (value instanceof Timestamp) return writeJson({ kind: 'timestamp' }, value)
  if (value instanceof Uint8Array) return writeJson({ kind: 'bytes' }, value)
  if (value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(anyText).join(',')}]`
  if (ArrayBuffer.isView(value))
    return `[${Array.from(value as Float32Array)
      .map(anyText)
      .join(',')}]`
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const members = entries
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(String(key))}:${anyText(member)}`)
  return `{${members.join(',')}}`
}
