import {
  compareDecimal,
  compareTimestamp,
  sameValue,
  type DataType,
  type Decimal,
  type Float64Vector,
  type Int32Vector,
  type Int64Vector,
  type Timestamp,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { cellsOf } from './cells.ts'
import type { ComparisonOperator } from './syntax/tree.ts'

/** 1 for each row for which the comparison holds; what it says of nulls means nothing. */
type Compare = (left: Vector, right: Vector) => Uint8Array

/** How columns of `type` are compared. */
export const comparisonKernel = (operator: ComparisonOperator, type: DataType): Compare => {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'date':
    case 'float':
    case 'double':
    case 'time':
      return (left, right) =>
        compareNumbers(
          operator,
          (left as Int32Vector | Float64Vector).values,
          (right as Int32Vector | Float64Vector).values,
        )
    case 'bigint':
      return (left, right) =>
        compareHalves(operator, (left as Int64Vector).values, (right as Int64Vector).values)
    case 'string':
    case 'boolean':
      return (left, right) => compareCells(operator, cellsOf(left), cellsOf(right))
    default: {
      const compare = orderOf(type)
      return (left, right) => compareBy(operator, cellsOf(left), cellsOf(right), compare)
    }
  }
}

const compareNumbers = (
  operator: ComparisonOperator,
  a: Int32Array | Float64Array,
  b: Int32Array | Float64Array,
): Uint8Array => {
  const rowCount = a.length
  const truths = new Uint8Array(rowCount)
  switch (operator) {
    case '=':
      for (let row = 0; row < rowCount; row += 1) truths[row] = a[row] === b[row] ? 1 : 0
      break
    case '<>':
      for (let row = 0; row < rowCount; row += 1) truths[row] = a[row] === b[row] ? 0 : 1
      break
    case '<':
      for (let row = 0; row < rowCount; row += 1) truths[row] = a[row]! < b[row]! ? 1 : 0
      break
    case '<=':
      for (let row = 0; row < rowCount; row += 1) truths[row] = a[row]! <= b[row]! ? 1 : 0
      break
    case '>':
      for (let row = 0; row < rowCount; row += 1) truths[row] = a[row]! > b[row]! ? 1 : 0
      break
    default:
      for (let row = 0; row < rowCount; row += 1) truths[row] = a[row]! >= b[row]! ? 1 : 0
  }
  return truths
}

/** Compares by 32-bit halves: reading a bigint would allocate one. */
const compareHalves = (
  operator: ComparisonOperator,
  left: BigInt64Array,
  right: BigInt64Array,
): Uint8Array => {
  const a = new Int32Array(left.buffer, left.byteOffset, left.length * 2)
  const b = new Int32Array(right.buffer, right.byteOffset, right.length * 2)
  const truths = new Uint8Array(left.length)
  const [below, same, above] = [-1, 0, 1].map((order) => (holds(operator, order) ? 1 : 0)) as [
    number,
    number,
    number,
  ]
  for (let row = 0; row < truths.length; row += 1) {
    const low = row * 2
    const high = low + 1
    if (a[high] !== b[high]) truths[row] = a[high]! < b[high]! ? below : above
    else if (a[low] === b[low]) truths[row] = same
    else truths[row] = a[low]! >>> 0 < b[low]! >>> 0 ? below : above
  }
  return truths
}

/** Values that JavaScript orders as SQL does: texts by UTF-16 unit, as Java. */
const compareCells = (
  operator: ComparisonOperator,
  a: ArrayLike<Value>,
  b: ArrayLike<Value>,
): Uint8Array => {
  const rowCount = a.length
  const truths = new Uint8Array(rowCount)
  if (operator === '=' || operator === '<>') {
    const whenEqual = operator === '=' ? 1 : 0
    for (let row = 0; row < rowCount; row += 1) {
      truths[row] = a[row] === b[row] ? whenEqual : 1 - whenEqual
    }
    return truths
  }
  return compareBy(operator, a, b, (left, right) => (left! < right! ? -1 : left! > right! ? 1 : 0))
}

const orderOf = (type: DataType): ((left: Value, right: Value) => number) => {
  switch (type.kind) {
    case 'decimal':
      return (left, right) => compareDecimal(left as Decimal, right as Decimal)
    case 'timestamp':
    case 'timestamp_tz':
      return (left, right) => compareTimestamp(left as Timestamp, right as Timestamp)
    default:
      return (left, right) => (sameValue(type, left, right) ? 0 : 1)
  }
}

const compareBy = (
  operator: ComparisonOperator,
  a: ArrayLike<Value>,
  b: ArrayLike<Value>,
  compare: (left: Value, right: Value) => number,
): Uint8Array => {
  const rowCount = a.length
  const truths = new Uint8Array(rowCount)
  for (let row = 0; row < rowCount; row += 1) {
    if (a[row] === null || b[row] === null) continue
    const order = compare(a[row]!, b[row]!)
    truths[row] = holds(operator, order) ? 1 : 0
  }
  return truths
}

const holds = (operator: ComparisonOperator, order: number): boolean => {
  switch (operator) {
    case '=':
      return order === 0
    case '<>':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      return operator satisfies never
  }
}
