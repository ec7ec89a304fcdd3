import type { DataType, Decimal, Value } from '../../../runtime/rows/index.ts'

/**
 * Whether values of a column of type `actual` can be of type `expected`. Decimals are judged value
 * by value, see `decimalsFit`; dense vectors are all one kind of value, as in SeaTunnel.
 */
export const typeFits = (actual: DataType, expected: DataType): boolean => {
  if (isDenseVector(actual)) return isDenseVector(expected)
  switch (expected.kind) {
    case 'array':
      return actual.kind === 'array' && typeFits(actual.element, expected.element)
    case 'map':
      return (
        actual.kind === 'map' &&
        typeFits(actual.key, expected.key) &&
        typeFits(actual.value, expected.value)
      )
    case 'row':
      return (
        actual.kind === 'row' &&
        actual.fields.length === expected.fields.length &&
        actual.fields.every((field, index) => fieldFits(field.type, expected.fields[index]!.type))
      )
    default:
      return actual.kind === expected.kind
  }
}

/** A field of type null holds null alone, which is a value of every type. */
const fieldFits = (actual: DataType, expected: DataType): boolean =>
  actual.kind === 'null' || typeFits(actual, expected)

const isDenseVector = ({ kind }: DataType): boolean =>
  kind.endsWith('_vector') && kind !== 'sparse_float_vector'

/** Whether there is a decimal in the type, so that `decimalsFit` has something to say. */
export const hasDecimals = (type: DataType): boolean => {
  switch (type.kind) {
    case 'decimal':
      return true
    case 'array':
      return hasDecimals(type.element)
    case 'map':
      return hasDecimals(type.key) || hasDecimals(type.value)
    case 'row':
      return type.fields.some((field) => hasDecimals(field.type))
    default:
      return false
  }
}

/** Whether all decimals of a value have the scale of `type` and no more digits than its precision. */
export const decimalsFit = (type: DataType, value: Value): boolean => {
  if (value === null) return true
  switch (type.kind) {
    case 'decimal': {
      const { unscaled, scale } = value as Decimal
      const digits = String(unscaled < 0n ? -unscaled : unscaled).length
      return scale === type.scale && digits <= type.precision
    }
    case 'array':
      return (value as readonly Value[]).every((item) => decimalsFit(type.element, item))
    case 'map':
      return [...(value as ReadonlyMap<Value, Value>)].every(
        ([key, item]) => decimalsFit(type.key, key) && decimalsFit(type.value, item),
      )
    case 'row':
      return type.fields.every((field, index) =>
        decimalsFit(field.type, (value as readonly Value[])[index] ?? null),
      )
    default:
      return true
  }
}
