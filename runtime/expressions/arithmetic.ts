import { EngineError, type Place } from '../errors/index.ts'
import {
  addDecimal,
  Decimal,
  formatType,
  multiplyDecimal,
  rescaleDecimal,
  subtractDecimal,
  type Batch,
  type DataType,
  type Float64Vector,
  type Int32Vector,
  type Int64Vector,
  type ObjectVector,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { nullsOf, unionNulls } from './cells.ts'
import { constantOf, derived, type Compiled } from './compiled.ts'
import { divideUp } from './decimals.ts'
import type { ArithmeticOperator } from './syntax/tree.ts'
import { arithmeticType, DOUBLE } from './types.ts'
import { widen } from './widen.ts'

/**
 * Arithmetic column by column. INT and BIGINT wrap around as Java's do; their division cuts off
 * and, as with decimals, a division by zero is an error of the row. A decimal division rounds away
 * from zero at the type's scale; other decimal results are exact and rounded half up to it.
 */
export const compileArithmetic = (
  operator: ArithmeticOperator,
  left: Compiled,
  right: Compiled,
  at: Place,
): Compiled => {
  if (left.type.kind === 'null') return constantOf(right.type, null)
  if (right.type.kind === 'null') return constantOf(left.type, null)
  const type = arithmeticType(left.type, right.type)
  if (type === null) {
    const types = `${formatType(left.type)} ${operator} ${formatType(right.type)}`
    throw new EngineError('SQL-005', `${types}: arithmetic needs numbers; use CAST.`, { at })
  }
  const first = widen(left, type)
  const second = widen(right, type)
  const kernel = kernelOf(operator, type, at)
  const fallible = type.kind !== 'double' && (operator === '/' || operator === '%')
  return derived(
    type,
    [first, second],
    (batch: Batch) => kernel(first.evaluate(batch), second.evaluate(batch)),
    { fallible },
  )
}

/** The value with its sign turned: an INT of small integers, a DOUBLE of a float. */
export const compileNegation = (operand: Compiled, at: Place): Compiled =>
  compileArithmetic(
    '-',
    constantOf(operand.type.kind === 'double' ? DOUBLE : { kind: 'tinyint' }, 0),
    operand,
    at,
  )

type Kernel = (left: Vector, right: Vector) => Vector

const kernelOf = (operator: ArithmeticOperator, type: DataType, at: Place): Kernel => {
  switch (type.kind) {
    case 'int':
      return (left, right) => int32Kernel(operator, left as Int32Vector, right as Int32Vector, at)
    case 'bigint':
      return (left, right) => int64Kernel(operator, left as Int64Vector, right as Int64Vector, at)
    case 'decimal': {
      const apply = decimalOperation(operator, type.scale, at)
      return (left, right) => decimalKernel(apply, left as ObjectVector, right as ObjectVector)
    }
    default:
      return (left, right) => float64Kernel(operator, left as Float64Vector, right as Float64Vector)
  }
}

const int32Kernel = (
  operator: ArithmeticOperator,
  left: Int32Vector,
  right: Int32Vector,
  at: Place,
): Int32Vector => {
  const nulls = unionNulls(left.nulls, right.nulls)
  const a = left.values
  const b = right.values
  const rowCount = a.length
  const values = new Int32Array(rowCount)
  switch (operator) {
    case '+':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! + b[row]!
      break
    case '-':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! - b[row]!
      break
    case '*':
      for (let row = 0; row < rowCount; row += 1) values[row] = Math.imul(a[row]!, b[row]!)
      break
    default:
      refuseZero(b, 0, nulls, at)
      for (let row = 0; row < rowCount; row += 1) {
        values[row] = operator === '/' ? a[row]! / b[row]! : a[row]! % b[row]!
      }
  }
  return { kind: 'int32', values, nulls }
}

const float64Kernel = (
  operator: ArithmeticOperator,
  left: Float64Vector,
  right: Float64Vector,
): Float64Vector => {
  const a = left.values
  const b = right.values
  const rowCount = a.length
  const values = new Float64Array(rowCount)
  switch (operator) {
    case '+':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! + b[row]!
      break
    case '-':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! - b[row]!
      break
    case '*':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! * b[row]!
      break
    case '/':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! / b[row]!
      break
    default:
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! % b[row]!
  }
  return { kind: 'float64', values, nulls: unionNulls(left.nulls, right.nulls) }
}

const int64Kernel = (
  operator: ArithmeticOperator,
  left: Int64Vector,
  right: Int64Vector,
  at: Place,
): Int64Vector => {
  const nulls = unionNulls(left.nulls, right.nulls)
  const a = left.values
  const b = right.values
  const rowCount = a.length
  const values = new BigInt64Array(rowCount)
  switch (operator) {
    case '+':
    case '-':
      addHalves(a, b, values, operator === '-')
      break
    case '*':
      for (let row = 0; row < rowCount; row += 1) values[row] = a[row]! * b[row]!
      break
    default:
      refuseZero(b, 0n, nulls, at)
      for (let row = 0; row < rowCount; row += 1) {
        if (b[row] === 0n) continue
        values[row] = operator === '/' ? a[row]! / b[row]! : a[row]! % b[row]!
      }
  }
  return { kind: 'int64', values, nulls }
}

/** Adds or subtracts by 32-bit halves: reading a bigint would allocate one. */
const addHalves = (
  left: BigInt64Array,
  right: BigInt64Array,
  result: BigInt64Array,
  subtract: boolean,
): void => {
  const a = new Int32Array(left.buffer, left.byteOffset, left.length * 2)
  const b = new Int32Array(right.buffer, right.byteOffset, right.length * 2)
  const sum = new Int32Array(result.buffer, result.byteOffset, result.length * 2)
  for (let low = 0; low < sum.length; low += 2) {
    const high = low + 1
    if (subtract) {
      const difference = (a[low]! >>> 0) - (b[low]! >>> 0)
      sum[low] = difference
      sum[high] = a[high]! - b[high]! - (difference < 0 ? 1 : 0)
    } else {
      const total = (a[low]! >>> 0) + (b[low]! >>> 0)
      sum[low] = total
      sum[high] = a[high]! + b[high]! + (total > 0xffffffff ? 1 : 0)
    }
  }
}

const refuseZero = <Number extends number | bigint>(
  divisors: ArrayLike<Number>,
  zero: Number,
  nulls: Uint8Array | null,
  at: Place,
): void => {
  for (let row = 0; row < divisors.length; row += 1) {
    if (divisors[row] === zero && (nulls === null || nulls[row] === 0)) divideByZero(at)
  }
}

const divideByZero = (at: Place): never => {
  throw new EngineError('SQL-006', 'Division by zero.', { at })
}

const decimalOperation = (
  operator: ArithmeticOperator,
  scale: number,
  at: Place,
): ((left: Decimal, right: Decimal) => Decimal) => {
  switch (operator) {
    case '+':
      return (left, right) => rescaleDecimal(addDecimal(left, right), scale)
    case '-':
      return (left, right) => rescaleDecimal(subtractDecimal(left, right), scale)
    case '*':
      return (left, right) => rescaleDecimal(multiplyDecimal(left, right), scale)
    case '/':
      return (left, right) =>
        right.unscaled === 0n ? divideByZero(at) : divideUp(left, right, scale)
    default:
      return (left, right) => {
        if (right.unscaled === 0n) divideByZero(at)
        const places = Math.max(left.scale, right.scale)
        const remainder =
          rescaleDecimal(left, places).unscaled % rescaleDecimal(right, places).unscaled
        return rescaleDecimal(new Decimal(remainder, places), scale)
      }
  }
}

const decimalKernel = (
  apply: (left: Decimal, right: Decimal) => Decimal,
  left: ObjectVector,
  right: ObjectVector,
): ObjectVector => {
  const nulls = unionNulls(nullsOf(left), nullsOf(right))
  const rowCount = left.values.length
  const values = new Array<Value>(rowCount)
  for (let row = 0; row < rowCount; row += 1) {
    values[row] =
      nulls !== null && nulls[row] === 1
        ? null
        : apply(left.values[row] as Decimal, right.values[row] as Decimal)
  }
  return { kind: 'object', values, nulls: null }
}
