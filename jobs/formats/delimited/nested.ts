import { EngineError } from '../../../runtime/errors/index.ts'
import { parseText, type DataType, type Value } from '../../../runtime/rows/index.ts'
import { jsonValueOf } from '../json/index.ts'

/** What stands between the parts of nested values, from the outermost level on, as in Hive. */
export const NESTED_SEPARATORS = [
  '\u0002',
  '\u0003',
  '\u0004',
  '\u0005',
  '\u0006',
  '\u0007',
] as const

/**
 * The array, map or row of a cell; undefined when it does not fit. `level` is 0 for a cell. An
 * empty part is null. Vectors are written as in JSON.
 */
export const nestedOf = (type: DataType, text: string, level: number): Value | undefined => {
  const separator = NESTED_SEPARATORS[level]
  if (separator === undefined) return undefined
  switch (type.kind) {
    case 'array':
      return all(text.split(separator).map((part) => partOf(type.element, part, level + 1)))
    case 'row': {
      const parts = text.split(separator)
      if (parts.length > type.fields.length) return undefined
      return all(
        type.fields.map((field, index) => partOf(field.type, parts[index] ?? '', level + 1)),
      )
    }
    case 'map': {
      const between = NESTED_SEPARATORS[level + 1]
      if (between === undefined) return undefined
      const entries = text.split(separator).map((entry) => {
        const at = entry.indexOf(between)
        const key = partOf(type.key, at < 0 ? entry : entry.slice(0, at), level + 1)
        const value = partOf(type.value, at < 0 ? '' : entry.slice(at + 1), level + 1)
        return key === undefined || value === undefined ? undefined : ([key, value] as const)
      })
      return entries.includes(undefined)
        ? undefined
        : new Map(entries as (readonly [Value, Value])[])
    }
    default:
      return jsonValueOf(type, text)
  }
}

const partOf = (type: DataType, text: string, level: number): Value | undefined => {
  if (text === '') return null
  switch (type.kind) {
    case 'array':
    case 'map':
    case 'row':
      return nestedOf(type, text, level)
    case 'bytes':
      return new TextEncoder().encode(text)
    default:
      return scalarOf(type, text)
  }
}

const scalarOf = (type: DataType, text: string): Value | undefined => {
  try {
    return parseText(type, text)
  } catch (thrown) {
    if (thrown instanceof EngineError) return undefined
    throw thrown
  }
}

const all = (values: readonly (Value | undefined)[]): Value | undefined =>
  values.includes(undefined) ? undefined : (values as readonly Value[])
