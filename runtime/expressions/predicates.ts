import type { Place } from '../errors/index.ts'
import {
  Decimal,
  formatDecimal,
  normalizeDecimal,
  Timestamp,
  type Batch,
  type Utf8Vector,
  type Value,
} from '../rows/index.ts'
import { castTo } from './cast.ts'
import { booleanVector, cellsOf, nullsOf, unionNulls } from './cells.ts'
import { comparable, compileComparison } from './comparison.ts'
import { constantOf, derived, type Compiled } from './compiled.ts'
import { likeMatcher } from './like.ts'
import { compileLogic, compileNot } from './logic.ts'
import { BOOLEAN, STRING } from './types.ts'

export const compileIsNull = (operand: Compiled, negated: boolean): Compiled => {
  const whenNull = negated ? 0 : 1
  return derived(BOOLEAN, [operand], (batch: Batch) => {
    const nulls = nullsOf(operand.evaluate(batch))
    const truths = new Uint8Array(batch.rowCount).fill(1 - whenNull)
    if (nulls !== null) {
      for (let row = 0; row < truths.length; row += 1) if (nulls[row] === 1) truths[row] = whenNull
    }
    return booleanVector(truths)
  })
}

/** False for a null, negated or not; a null among the items is passed over. */
export const compileIn = (
  operand: Compiled,
  items: readonly Compiled[],
  negated: boolean,
  at: Place,
): Compiled => {
  const known = items.filter((item) => item.type.kind !== 'null' && item.constant !== null)
  const among = compileAmong(operand, known, at)
  if (!negated) return among
  return compileLogic('AND', compileIsNull(operand, true), compileNot(among, at), at)
}

const compileAmong = (operand: Compiled, items: readonly Compiled[], at: Place): Compiled => {
  if (operand.type.kind === 'null' || items.length === 0) return constantOf(BOOLEAN, false)
  const pairs = items.map((item) => comparable(operand, item, '=', at))
  const first = pairs[0]![0]
  const sameSide = pairs.every(([left]) => left.type.kind === first.type.kind)
  const constants = pairs.map(([, item]) => item.constant)
  if (!sameSide || constants.includes(undefined)) {
    return items
      .map((item) => compileComparison('=', operand, item, at))
      .reduce((left, right) => compileLogic('OR', left, right, at))
  }
  const keys = new Set(constants.map((constant) => keyOf(constant!)))
  return derived(BOOLEAN, [first], (batch: Batch) => {
    const vector = first.evaluate(batch)
    const cells = cellsOf(vector)
    const nulls = nullsOf(vector)
    const truths = new Uint8Array(batch.rowCount)
    for (let row = 0; row < truths.length; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue
      truths[row] = keys.has(keyOf(cells[row]!)) ? 1 : 0
    }
    return booleanVector(truths)
  })
}

/** Equal values have one key; only types that IN compares come here. */
const keyOf = (value: Value): Value => {
  if (value instanceof Decimal) return formatDecimal(normalizeDecimal(value))
  if (value instanceof Timestamp) return `${value.epochSeconds}.${value.nanos}`
  return value
}

export const compileBetween = (
  operand: Compiled,
  low: Compiled,
  high: Compiled,
  negated: boolean,
  at: Place,
): Compiled => {
  const [lower, upper] = negated ? (['<', '>'] as const) : (['>=', '<='] as const)
  return compileLogic(
    negated ? 'OR' : 'AND',
    compileComparison(lower, operand, low, at),
    compileComparison(upper, operand, high, at),
    at,
  )
}

/**
 * LIKE with `%` for any text and `_` for one character; false for a null, negated or not. What is
 * no text is taken by its text.
 */
export const compileLike = (
  left: Compiled,
  right: Compiled,
  negated: boolean,
  at: Place,
): Compiled => {
  const operand = castTo(left, STRING, at)
  const pattern = castTo(right, STRING, at)
  const matches = likeMatcher()
  return derived(BOOLEAN, [operand, pattern], (batch: Batch) => {
    const texts = operand.evaluate(batch) as Utf8Vector
    const patterns = pattern.evaluate(batch) as Utf8Vector
    const nulls = unionNulls(texts.nulls, patterns.nulls)
    const textCells = texts.strings()
    const patternCells = patterns.strings()
    const truths = new Uint8Array(batch.rowCount)
    for (let row = 0; row < truths.length; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue
      truths[row] = matches(textCells[row]!, patternCells[row]!) === negated ? 0 : 1
    }
    return booleanVector(truths)
  })
}
