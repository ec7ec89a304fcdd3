import type { DataType } from '../../rows/index.ts'

/** The keys of a flat object in order, each with the type that all its values have. */
export type Shape = readonly (readonly [key: string, type: DataType])[]

/** More keys than this are a dictionary rather than a shape. */
const KEYS_MAX = 64

/**
 * The shape that all values have when each is a plain object with the same keys in the same order
 * and each key has values of one scalar type or null; null when there is none.
 */
export const inferShape = (values: readonly unknown[]): Shape | null => {
  if (values.length === 0 || !isPlainObject(values[0])) return null
  const keys = Object.keys(values[0])
  if (keys.length === 0 || keys.length > KEYS_MAX || keys.includes('__proto__')) return null
  const kinds = new Array<string>(keys.length).fill('null')
  for (const value of values) {
    if (!isPlainObject(value)) return null
    let index = 0
    for (const key in value) {
      if (key !== keys[index]) return null
      const kind = scalarKind(value[key])
      if (kind === null) return null
      if (kinds[index] === 'null') kinds[index] = kind
      else if (kind !== 'null' && kind !== kinds[index]) return null
      index += 1
    }
    if (index !== keys.length) return null
  }
  return keys.map((key, index) => [key, { kind: kinds[index] } as DataType])
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  (Object.getPrototypeOf(value) as unknown) === Object.prototype &&
  Object.getOwnPropertySymbols(value).length === 0

const scalarKind = (value: unknown): DataType['kind'] | null => {
  switch (typeof value) {
    case 'number':
      return 'double'
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? 'bigint' : null
    default:
      return value === null ? 'null' : null
  }
}
