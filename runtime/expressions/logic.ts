import { EngineError, type Place } from '../errors/index.ts'
import { formatType, type Batch, type BooleanVector } from '../rows/index.ts'
import { booleanVector, rowsWhere, truthsOf } from './cells.ts'
import { derived, narrow, type Compiled } from './compiled.ts'
import { BOOLEAN } from './types.ts'

/** Refuses anything that is not true or false; `what` names its place in the message. */
export const requireCondition = (operand: Compiled, what: string, at: Place): Compiled => {
  if (operand.type.kind === 'boolean' || operand.type.kind === 'null') return operand
  throw new EngineError(
    'SQL-005',
    `${what} needs a condition, not a ${formatType(operand.type)}.`,
    { at },
  )
}

/**
 * AND and OR of two conditions; a null counts as false. A right side that may fail sees only the
 * rows that the left side does not decide.
 */
export const compileLogic = (
  operator: 'AND' | 'OR',
  left: Compiled,
  right: Compiled,
  at: Place,
): Compiled => {
  requireCondition(left, operator, at)
  requireCondition(right, operator, at)
  const undecided = operator === 'AND' ? 1 : 0
  return derived(BOOLEAN, [left, right], (batch: Batch) => {
    const first = truthsOf(left.evaluate(batch))
    if (right.fallible) {
      const rows = rowsWhere(first, undecided)
      return booleanVector(decideRest(first, rows, right, batch))
    }
    const second = truthsOf(right.evaluate(batch))
    const truths = new Uint8Array(first.length)
    if (operator === 'AND') {
      for (let row = 0; row < truths.length; row += 1) truths[row] = first[row]! & second[row]!
    } else {
      for (let row = 0; row < truths.length; row += 1) truths[row] = first[row]! | second[row]!
    }
    return booleanVector(truths)
  })
}

const decideRest = (
  first: Uint8Array,
  rows: Int32Array,
  right: Compiled,
  batch: Batch,
): Uint8Array => {
  const truths = Uint8Array.from(first)
  if (rows.length === 0) return truths
  const second = truthsOf(right.evaluate(narrow(batch, rows, rows.length, right)))
  for (let index = 0; index < rows.length; index += 1) truths[rows[index]!] = second[index]!
  return truths
}

/** NOT of a condition; null stays null. */
export const compileNot = (operand: Compiled, at: Place): Compiled => {
  requireCondition(operand, 'NOT', at)
  if (operand.type.kind === 'null') return operand
  return derived(BOOLEAN, [operand], (batch: Batch) => {
    const { values, nulls } = operand.evaluate(batch) as BooleanVector
    return { kind: 'boolean', values: values.map((value) => value ^ 1), nulls }
  })
}
