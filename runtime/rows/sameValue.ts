import { compareDecimal } from './decimal.ts'
import type { DataType } from './types.ts'
import type { Decimal, Timestamp, Value } from './values.ts'

/**
 * Whether two values of one type are equal: decimals by value whatever their scale, NaN to NaN,
 * timestamps by instant and offset, arrays, maps, rows and vectors by what is in them.
 */
export const sameValue = (type: DataType, left: Value, right: Value): boolean => {
  if (left === right) return true
  if (left === null || right === null) return false
  switch (type.kind) {
    case 'float':
    case 'double':
      return Number.isNaN(left) && Number.isNaN(right)
    case 'decimal':
      return compareDecimal(left as Decimal, right as Decimal) === 0
    case 'timestamp':
    case 'timestamp_tz':
      return sameTimestamp(left as Timestamp, right as Timestamp)
    case 'array':
      return sameItems(left as readonly Value[], right as readonly Value[], () => type.element)
    case 'row':
      return sameItems(
        left as readonly Value[],
        right as readonly Value[],
        (index) => type.fields[index]!.type,
      )
    case 'map':
      return sameMaps(type.key, type.value, left, right)
    case 'sparse_float_vector':
      return sameMaps({ kind: 'int' }, { kind: 'float' }, left, right)
    case 'bytes':
    case 'binary_vector':
    case 'float16_vector':
    case 'bfloat16_vector':
      return sameNumbers(left as Uint8Array, right as Uint8Array)
    case 'float_vector':
      return sameNumbers(left as Float32Array, right as Float32Array)
    case 'any':
      return sameAny(left, right)
    default:
      return false
  }
}

const sameTimestamp = (left: Timestamp, right: Timestamp): boolean =>
  left.epochSeconds === right.epochSeconds &&
  left.nanos === right.nanos &&
  left.offsetSeconds === right.offsetSeconds

const sameItems = (
  left: readonly Value[],
  right: readonly Value[],
  typeAt: (index: number) => DataType,
): boolean =>
  left.length === right.length &&
  left.every((item, index) => sameValue(typeAt(index), item, right[index]!))

const sameNumbers = (left: ArrayLike<number>, right: ArrayLike<number>): boolean => {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index += 1) {
    if (!Object.is(left[index], right[index])) return false
  }
  return true
}

/** A key that is an object, a decimal say, is not found by `Map.get` and must be looked for. */
const sameMaps = (keyType: DataType, valueType: DataType, left: Value, right: Value): boolean => {
  const leftMap = left as ReadonlyMap<Value, Value>
  const rightMap = right as ReadonlyMap<Value, Value>
  if (leftMap.size !== rightMap.size) return false
  for (const [key, value] of leftMap) {
    const other = rightMap.has(key)
      ? rightMap.get(key)
      : [...rightMap].find(([candidate]) => sameValue(keyType, key, candidate))?.[1]
    if (other === undefined || !sameValue(valueType, value, other)) return false
  }
  return true
}

const sameAny = (left: unknown, right: unknown): boolean => {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return false
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  if (left instanceof Date) return left.getTime() === (right as Date).getTime()
  if (left instanceof Map) return sameAny([...left], [...(right as Map<unknown, unknown>)])
  if (ArrayBuffer.isView(left)) return sameNumbers(left as Uint8Array, right as Uint8Array)
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every(
      (key) =>
        Object.hasOwn(right, key) &&
        sameAny((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
    )
  )
}
