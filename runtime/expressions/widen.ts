import {
  Decimal,
  decimalFromNumber,
  decimalToNumber,
  type Batch,
  type DataType,
  type Float64Vector,
  type Int32Vector,
  type Int64Vector,
  type ObjectVector,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { cellsOf, nullsOf } from './cells.ts'
import { derived, type Compiled } from './compiled.ts'

/**
 * A number as the operand of arithmetic or a comparison in `type`, which is INT, BIGINT, DOUBLE or
 * a decimal at least as wide. A decimal keeps its own scale.
 */
export const widen = (operand: Compiled, type: DataType): Compiled => {
  const convert = conversionOf(operand.type, type)
  if (convert === null) return operand
  return derived(type, [operand], (batch: Batch) => convert(operand.evaluate(batch)))
}

const conversionOf = (from: DataType, to: DataType): ((vector: Vector) => Vector) | null => {
  switch (to.kind) {
    case 'bigint':
      return from.kind === 'bigint' ? null : (vector) => int64Of(vector as Int32Vector)
    case 'double':
      if (from.kind === 'double' || from.kind === 'float') return null
      return from.kind === 'decimal'
        ? (vector) => float64OfDecimals(vector as ObjectVector)
        : float64Of
    case 'decimal':
      return from.kind === 'decimal' ? null : decimalsOf
    default:
      return null
  }
}

const int64Of = ({ values, nulls }: Int32Vector): Int64Vector => {
  const widened = new BigInt64Array(values.length)
  const halves = new Int32Array(widened.buffer)
  for (let row = 0; row < values.length; row += 1) {
    halves[row * 2] = values[row]!
    halves[row * 2 + 1] = values[row]! >> 31
  }
  return { kind: 'int64', values: widened, nulls }
}

const float64Of = (vector: Vector): Float64Vector => {
  const { values, nulls } = vector as Int32Vector | Int64Vector
  const widened = new Float64Array(values.length)
  for (let row = 0; row < values.length; row += 1) widened[row] = Number(values[row])
  return { kind: 'float64', values: widened, nulls }
}

const float64OfDecimals = (vector: ObjectVector): Float64Vector => {
  const widened = new Float64Array(vector.values.length)
  for (let row = 0; row < widened.length; row += 1) {
    const value = vector.values[row]
    if (value instanceof Decimal) widened[row] = decimalToNumber(value)
  }
  return { kind: 'float64', values: widened, nulls: nullsOf(vector) }
}

const decimalsOf = (vector: Vector): ObjectVector => {
  const cells = cellsOf(vector)
  const nulls = nullsOf(vector)
  const values = new Array<Value>(cells.length)
  for (let row = 0; row < values.length; row += 1) {
    values[row] = nulls !== null && nulls[row] === 1 ? null : exactDecimal(cells[row]!)
  }
  return { kind: 'object', values, nulls: null }
}

/** The number as a decimal, exactly; a double by its shortest text. Null for NaN and infinities. */
export const exactDecimal = (value: Value): Decimal | null => {
  if (value instanceof Decimal) return value
  if (typeof value === 'bigint') return new Decimal(value, 0)
  if (typeof value !== 'number') return null
  return Number.isInteger(value) && Number.isSafeInteger(value)
    ? new Decimal(BigInt(value), 0)
    : decimalFromNumber(value)
}
