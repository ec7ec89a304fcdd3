import { EngineError, type Place } from '../errors/index.ts'
import { formatType, sameType, type Batch, type DataType } from '../rows/index.ts'
import { castTo } from './cast.ts'
import { converterOf } from './castValues.ts'
import { booleanVector, nullsOf, unionNulls } from './cells.ts'
import { comparisonKernel } from './comparisonKernels.ts'
import { constantOf, derived, type Compiled } from './compiled.ts'
import type { ComparisonOperator } from './syntax/tree.ts'
import { arithmeticType, BOOLEAN, DOUBLE, isNumeric, isTemporal, TIMESTAMP } from './types.ts'
import { widen } from './widen.ts'

/**
 * A comparison, true or false for every row. As in SeaTunnel a null is equal to nothing, `<>` is
 * true when exactly one side is null, and all other comparisons with null are false.
 */
export const compileComparison = (
  operator: ComparisonOperator,
  left: Compiled,
  right: Compiled,
  at: Place,
): Compiled => {
  if (left.type.kind === 'null' || right.type.kind === 'null') {
    return compileComparisonWithNull(operator, left, right)
  }
  const [first, second] = comparable(left, right, operator, at)
  const compare = comparisonKernel(operator, first.type)
  return derived(BOOLEAN, [first, second], (batch: Batch) => {
    const leftVector = first.evaluate(batch)
    const rightVector = second.evaluate(batch)
    const truths = compare(leftVector, rightVector)
    settleNulls(truths, operator, nullsOf(leftVector), nullsOf(rightVector))
    return booleanVector(truths)
  })
}

const compileComparisonWithNull = (
  operator: ComparisonOperator,
  left: Compiled,
  right: Compiled,
): Compiled => {
  if (operator !== '<>') return constantOf(BOOLEAN, false)
  const operand = left.type.kind === 'null' ? right : left
  return derived(BOOLEAN, [operand], (batch: Batch) => {
    const nulls = nullsOf(operand.evaluate(batch)) ?? new Uint8Array(batch.rowCount)
    return booleanVector(nulls.map((flag) => flag ^ 1))
  })
}

const settleNulls = (
  truths: Uint8Array,
  operator: ComparisonOperator,
  left: Uint8Array | null,
  right: Uint8Array | null,
): void => {
  const nulls = unionNulls(left, right)
  if (nulls === null) return
  for (let row = 0; row < truths.length; row += 1) {
    if (nulls[row] === 0) continue
    const both = left !== null && right !== null && left[row] === 1 && right[row] === 1
    truths[row] = operator === '<>' && !both ? 1 : 0
  }
}

/** Both sides in one type in which they can be compared; SQL-005 when there is none. */
export const comparable = (
  left: Compiled,
  right: Compiled,
  operator: ComparisonOperator,
  at: Place,
): [Compiled, Compiled] => {
  if (isNumeric(left.type) && isNumeric(right.type)) {
    const type = comparisonType(left.type, right.type)
    return [widen(left, type), widen(right, type)]
  }
  const ordered = ['string', 'boolean'].includes(left.type.kind) || isTemporal(left.type)
  const equality = operator === '=' || operator === '<>'
  if (sameType(left.type, right.type) && (ordered || equality)) return [left, right]
  if (isTemporal(left.type) && isTemporal(right.type)) {
    const clocks = left.type.kind === 'time' || right.type.kind === 'time'
    if (!clocks) return [toTimestamp(left, at), toTimestamp(right, at)]
  }
  const rightLiteral = literalAs(right, left.type)
  if (rightLiteral !== undefined) return [left, rightLiteral]
  const leftLiteral = literalAs(left, right.type)
  if (leftLiteral !== undefined) return [leftLiteral, right]
  throw new EngineError(
    'SQL-005',
    `A ${formatType(left.type)} and a ${formatType(right.type)} cannot be compared with ${operator}; use CAST.`,
    { at },
  )
}

const toTimestamp = (operand: Compiled, at: Place): Compiled =>
  operand.type.kind === 'date' ? castTo(operand, TIMESTAMP, at) : operand

/** A text that is written in the query, read as a value of `type`: `day > '2024-01-26'`. */
const literalAs = (operand: Compiled, type: DataType): Compiled | undefined => {
  if (operand.type.kind !== 'string' || typeof operand.constant !== 'string') return undefined
  const value = converterOf(operand.type, type)?.(operand.constant)
  return value === undefined ? undefined : constantOf(type, value)
}

/** Integers and decimals are compared exactly; anything with a float or double as doubles. */
const comparisonType = (left: DataType, right: DataType): DataType => {
  const binary = [left, right].some(({ kind }) => kind === 'float' || kind === 'double')
  return binary ? DOUBLE : arithmeticType(left, right)!
}
