import { EngineError, type Place } from '../errors/index.ts'
import { formatType, type Batch, type DataType } from '../rows/index.ts'
import { castTo } from './cast.ts'
import { makeAssembler, nullsOf, rowsWhere, truthsOf } from './cells.ts'
import { compileComparison } from './comparison.ts'
import { constantOf, derived, narrow, type Compiled } from './compiled.ts'
import { commonType, NULL } from './types.ts'

/** One way of a choice: its result goes to the rows for which its condition is the first true one. */
export interface Way {
  readonly condition: Compiled
  readonly result: Compiled
}

/**
 * The result of the first way whose condition is true, else `otherwise`. Conditions and results
 * that may fail see only the rows that come to them.
 */
export const compileChoice = (
  ways: readonly Way[],
  otherwise: Compiled | null,
  at: Place,
): Compiled => {
  const results = ways.map((way) => way.result)
  const fallback = otherwise ?? constantOf(NULL, null)
  const type = commonTypeOf([...results, fallback], at)
  const branches = ways.map((way) => ({
    condition: way.condition,
    result: castTo(way.result, type, at),
  }))
  const last = castTo(fallback, type, at)
  const parts = [...branches.flatMap((way) => [way.condition, way.result]), last]
  return derived(type, parts, (batch: Batch) => {
    const assembler = makeAssembler(type, batch.rowCount)
    const place = (result: Compiled, rows: Int32Array): void => {
      if (rows.length === 0) return
      if (result.fallible) {
        assembler.place(result.evaluate(narrow(batch, rows, rows.length, result)), rows, true)
      } else {
        assembler.place(result.evaluate(batch), rows, false)
      }
    }
    let rest = rowsWhere(new Uint8Array(batch.rowCount), 0)
    for (const { condition, result } of branches) {
      if (rest.length === 0) break
      const [chosen, others] = divide(batch, rest, condition)
      place(result, chosen)
      rest = others
    }
    place(last, rest)
    return assembler.finish()
  })
}

/** The rows among `rows` for which the condition is true, and the others. */
const divide = (
  batch: Batch,
  rows: Int32Array,
  condition: Compiled,
): [chosen: Int32Array, others: Int32Array] => {
  const dense = condition.fallible
  const seen = dense ? narrow(batch, rows, rows.length, condition) : batch
  const truths = truthsOf(condition.evaluate(seen))
  const chosen = rows.filter((row, index) => truths[dense ? index : row] === 1)
  const others = rows.filter((row, index) => truths[dense ? index : row] === 0)
  return [chosen, others]
}

const commonTypeOf = (results: readonly Compiled[], at: Place): DataType =>
  results.reduce<DataType>((type, result) => {
    const common = commonType(type, result.type)
    if (common !== null) return common
    throw new EngineError(
      'SQL-005',
      `The results are a ${formatType(type)} and a ${formatType(result.type)}; use CAST to make them one type.`,
      { at },
    )
  }, NULL)

/** The first of the values that is not null, converted to the type of the first argument. */
export const compileCoalesce = (values: readonly Compiled[], at: Place): Compiled => {
  const typed = values.find((value) => value.type.kind !== 'null')
  if (typed === undefined) return values[0]!
  const type = typed.type
  const converted = values.map((value) => castTo(value, type, at))
  return derived(type, converted, (batch: Batch) => {
    const [first, ...others] = converted
    const vector = first!.evaluate(batch)
    const nulls = nullsOf(vector)
    if (nulls === null) return vector
    const assembler = makeAssembler(type, batch.rowCount)
    assembler.place(vector, rowsWhere(nulls, 0), false)
    let rest = rowsWhere(nulls, 1)
    for (const other of others) {
      if (rest.length === 0) break
      const found = other.evaluate(narrow(batch, rest, rest.length, other))
      const missing = nullsOf(found)
      assembler.place(found, rest, true)
      rest =
        missing === null ? rest.subarray(0, 0) : rest.filter((_, index) => missing[index] === 1)
    }
    return assembler.finish()
  })
}

/** Null where the two are equal, else the first. */
export const compileNullIf = (left: Compiled, right: Compiled, at: Place): Compiled => {
  const equal = compileComparison('=', left, right, at)
  return compileChoice([{ condition: equal, result: constantOf(left.type, null) }], left, at)
}
