import {
  Decimal,
  formatDate,
  formatDecimal,
  formatDouble,
  formatFloat,
  formatTime,
  formatTimestamp,
  Timestamp,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'
import { scalarOf } from '../cells/scalars.ts'
import { formatJson, JsonNumber, parseJson, type JsonTree } from './parse.ts'

/** The value that a JSON text means for a type; undefined when it does not fit or is no JSON. */
export const jsonValueOf = (type: DataType, text: string): Value | undefined => {
  const tree = parseJson(text)
  return tree === undefined ? undefined : valueOfTree(type, tree)
}

const valueOfTree = (type: DataType, tree: JsonTree): Value | undefined => {
  if (tree === null) return null
  switch (type.kind) {
    case 'array':
      return Array.isArray(tree)
        ? all(tree.map((item) => valueOfTree(type.element, item)))
        : undefined
    case 'map':
      return tree instanceof Map ? mapOf(type, tree) : undefined
    case 'row':
      if (!(tree instanceof Map)) return undefined
      return all(type.fields.map((field) => valueOfTree(field.type, tree.get(field.name) ?? null)))
    case 'bytes':
    case 'binary_vector':
      return typeof tree === 'string' ? base64Bytes(new TextEncoder().encode(tree)) : undefined
    case 'float_vector': {
      const numbers = numbersOf(tree)
      return numbers === undefined ? undefined : Float32Array.from(numbers)
    }
    case 'float16_vector':
    case 'bfloat16_vector': {
      const numbers = numbersOf(tree)
      return numbers === undefined ? undefined : Uint16Array.from(numbers)
    }
    case 'sparse_float_vector':
      return tree instanceof Map ? mapOf(SPARSE_ENTRIES, tree) : undefined
    case 'any':
      return plainOf(tree)
    case 'string':
      return typeof tree === 'string' ? tree : formatJson(tree)
    default:
      return scalarOfTree(type, tree)
  }
}

const SPARSE_ENTRIES = { key: { kind: 'int' }, value: { kind: 'float' } } as const

const scalarOfTree = (type: DataType, tree: JsonTree): Value | undefined => {
  if (typeof tree === 'string') return scalarOf(type, tree)
  if (tree instanceof JsonNumber) return scalarOf(type, tree.text)
  return typeof tree === 'boolean' ? scalarOf(type, String(tree)) : undefined
}

const mapOf = (
  type: { readonly key: DataType; readonly value: DataType },
  tree: Map<string, JsonTree>,
): Value | undefined => {
  const entries = new Map<Value, Value>()
  for (const [text, item] of tree) {
    const key = scalarOf(type.key, text)
    const value = valueOfTree(type.value, item)
    if (key === undefined || value === undefined) return undefined
    entries.set(key, value)
  }
  return entries
}

const numbersOf = (tree: JsonTree): number[] | undefined =>
  Array.isArray(tree) && tree.every((item) => item instanceof JsonNumber)
    ? tree.map((item) => Number((item as JsonNumber).text))
    : undefined

const all = (values: readonly (Value | undefined)[]): Value | undefined =>
  values.includes(undefined) ? undefined : (values as readonly Value[])

/** A value without a declared type: numbers become doubles, or bigints where a double is not exact. */
const plainOf = (tree: JsonTree): Value => {
  if (tree instanceof JsonNumber) {
    const number = Number(tree.text)
    return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(tree.text)
      ? BigInt(tree.text)
      : number
  }
  if (Array.isArray(tree)) return tree.map(plainOf)
  if (tree instanceof Map) return new Map([...tree].map(([key, item]) => [key, plainOf(item)]))
  return tree
}

const BASE64_TEXT = /^[A-Za-z0-9+/]*={0,2}$/

/** The bytes of a base64 text; undefined when it is not one. */
export const base64Bytes = (text: Uint8Array): Uint8Array | undefined => {
  const latin = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
  return BASE64_TEXT.test(latin) ? new Uint8Array(Buffer.from(latin, 'base64')) : undefined
}

/** The JSON of a value of `type`. A number that JSON cannot hold (NaN, Infinity) becomes a string. */
export const jsonOf = (type: DataType, value: Value): string => {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'array':
      return `[${(value as readonly Value[]).map((item) => jsonOf(type.element, item)).join(',')}]`
    case 'row': {
      const items = value as readonly Value[]
      const fields = type.fields.map(
        (field, index) =>
          `${JSON.stringify(field.name)}:${jsonOf(field.type, items[index] ?? null)}`,
      )
      return `{${fields.join(',')}}`
    }
    case 'map':
    case 'sparse_float_vector': {
      const { key, value: item } = type.kind === 'map' ? type : SPARSE_ENTRIES
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(
        ([name, part]) => `${JSON.stringify(keyText(key, name))}:${jsonOf(item, part)}`,
      )
      return `{${entries.join(',')}}`
    }
    case 'float_vector':
      return `[${Array.from(value as Float32Array, (item) => jsonOf({ kind: 'float' }, item)).join(',')}]`
    case 'float16_vector':
    case 'bfloat16_vector':
      return `[${(value as Uint16Array).join(',')}]`
    default:
      return jsonOfScalar(type, value)
  }
}

const keyText = (type: DataType, key: Value): string =>
  typeof key === 'string' ? key : jsonOf(type, key).replace(/^"(.*)"$/, '$1')

const jsonOfScalar = (type: DataType, value: Value): string => {
  if (value instanceof Decimal) return formatDecimal(value)
  if (value instanceof Timestamp) return `"${formatTimestamp(value)}"`
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"`
  }
  switch (type.kind) {
    case 'date':
      return `"${formatDate(value as number)}"`
    case 'time':
      return `"${formatTime(value as number)}"`
    case 'float':
    case 'double': {
      const text =
        type.kind === 'float' ? formatFloat(value as number) : formatDouble(value as number)
      return Number.isFinite(value as number) ? text : `"${text}"`
    }
    default:
      return jsonOfAny(value)
  }
}

const jsonOfAny = (value: Value): string => {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${JSON.stringify(String(key))}:${jsonOfAny(item)}`).join(',')}}`
  }
  if (Array.isArray(value)) return `[${value.map(jsonOfAny).join(',')}]`
  if (typeof value === 'object') return jsonOfScalar({ kind: 'any' }, value)
  return JSON.stringify(value)
}
