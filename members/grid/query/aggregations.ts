import { EngineError } from '../../../runtime/errors/index.ts'
import {
  addDecimal,
  Decimal,
  divideDecimal,
  decimalFromNumber,
  formatDecimal,
  parseDecimal,
} from '../../../runtime/rows/index.ts'
import { attributeOf, type QueryEntry } from './attributes.ts'
import { canonicalText, classOf, compareValues } from './values.ts'

/** What is made of the entries that match, as plain data. */
export type Aggregation =
  /** The entries; with an attribute, those that have it. */
  | { readonly kind: 'count'; readonly attribute?: string }
  | { readonly kind: 'sum' | 'avg' | 'min' | 'max' | 'distinct'; readonly attribute: string }
  /** The entry in which the attribute is least or greatest. */
  | { readonly kind: 'minBy' | 'maxBy'; readonly attribute: string }

export const count = (attribute?: string): Aggregation =>
  attribute === undefined ? { kind: 'count' } : { kind: 'count', attribute }
/** Numbers give a number, bigints a bigint, with a Decimal among them a Decimal. */
export const sum = (attribute: string): Aggregation => ({ kind: 'sum', attribute })
export const avg = (attribute: string): Aggregation => ({ kind: 'avg', attribute })
export const min = (attribute: string): Aggregation => ({ kind: 'min', attribute })
export const max = (attribute: string): Aggregation => ({ kind: 'max', attribute })
export const minBy = (attribute: string): Aggregation => ({ kind: 'minBy', attribute })
export const maxBy = (attribute: string): Aggregation => ({ kind: 'maxBy', attribute })
/** Each value once, in order. */
export const distinct = (attribute: string): Aggregation => ({ kind: 'distinct', attribute })

/**
 * The three steps: every partition accumulates its entries into a state, the states are combined in
 * pairs, and the last one is finished. A state is plain data that crosses the wire.
 */
export interface Aggregator<State> {
  create(): State
  accumulate(state: State, entry: QueryEntry): State
  combine(left: State, right: State): State
  finish(state: State): unknown
}

/** Sums apart by kind, so that none loses digits: bigints and decimals as text. */
interface Total {
  readonly count: number
  readonly number: number
  readonly bigint: string
  readonly decimal: string | null
  readonly hasBigint: boolean
  readonly hasNumber: boolean
}

const NO_TOTAL: Total = {
  count: 0,
  number: 0,
  bigint: '0',
  decimal: null,
  hasBigint: false,
  hasNumber: false,
}

const plusDecimal = (left: string | null, right: string | null): string | null =>
  left === null || right === null
    ? (left ?? right)
    : formatDecimal(addDecimal(parseDecimal(left)!, parseDecimal(right)!))

const combineTotals = (left: Total, right: Total): Total => ({
  count: left.count + right.count,
  number: left.number + right.number,
  bigint: String(BigInt(left.bigint) + BigInt(right.bigint)),
  decimal: plusDecimal(left.decimal, right.decimal),
  hasBigint: left.hasBigint || right.hasBigint,
  hasNumber: left.hasNumber || right.hasNumber,
})

const totalOf = (value: unknown): Total => {
  if (typeof value === 'number') return { ...NO_TOTAL, count: 1, number: value, hasNumber: true }
  if (typeof value === 'bigint') {
    return { ...NO_TOTAL, count: 1, bigint: String(value), hasBigint: true }
  }
  return value instanceof Decimal
    ? { ...NO_TOTAL, count: 1, decimal: formatDecimal(value) }
    : NO_TOTAL
}

const decimalTotal = (total: Total): Decimal => {
  const exact = addDecimal(parseDecimal(total.decimal ?? '0')!, parseDecimal(total.bigint)!)
  return addDecimal(exact, decimalFromNumber(total.number) ?? new Decimal(0n, 0))
}

const sumOf = (total: Total): unknown => {
  if (total.decimal !== null) return decimalTotal(total)
  if (!total.hasBigint) return total.number
  return total.hasNumber ? total.number + Number(total.bigint) : BigInt(total.bigint)
}

/** Digits after the point of an average of decimals. */
const AVERAGE_SCALE = 18

const averageOf = (total: Total): unknown => {
  if (total.count === 0) return null
  if (total.decimal === null) return (total.number + Number(total.bigint)) / total.count
  return divideDecimal(decimalTotal(total), new Decimal(BigInt(total.count), 0), AVERAGE_SCALE)
}

type Best = { readonly by: unknown; readonly result: unknown } | null

const better = (left: Best, right: Best, sign: number): Best => {
  if (left === null || right === null) return left ?? right
  return compareValues(left.by, right.by) * sign <= 0 ? left : right
}

const aggregator = <State>(steps: Aggregator<State>): Aggregator<unknown> =>
  steps as Aggregator<unknown>

const countOf = (name: string | undefined): Aggregator<unknown> => {
  const attribute = name === undefined ? undefined : attributeOf(name)
  const sizeOf = (entry: QueryEntry): number =>
    attribute?.readAll(entry).filter((value) => classOf(value) !== 'null').length ?? 1
  return aggregator<number>({
    create: () => 0,
    accumulate: (state, entry) => state + sizeOf(entry),
    combine: (left, right) => left + right,
    finish: (state) => state,
  })
}

const totalAggregator = (name: string, finish: (total: Total) => unknown): Aggregator<unknown> => {
  const attribute = attributeOf(name)
  const add = (total: Total, value: unknown): Total => {
    // The usual case, without the way through texts.
    if (typeof value === 'number') {
      return { ...total, count: total.count + 1, number: total.number + value, hasNumber: true }
    }
    return combineTotals(total, totalOf(value))
  }
  return aggregator<Total>({
    create: () => NO_TOTAL,
    accumulate: (state, entry) =>
      attribute.isMany
        ? attribute.readAll(entry).reduce(add, state)
        : add(state, attribute.read(entry)),
    combine: combineTotals,
    finish,
  })
}

const bestAggregator = (
  name: string,
  sign: number,
  resultOf: (value: unknown, entry: QueryEntry) => unknown,
): Aggregator<unknown> => {
  const attribute = attributeOf(name)
  return aggregator<Best>({
    create: () => null,
    accumulate: (state, entry) => {
      let best = state
      for (const by of attribute.readAll(entry)) {
        if (classOf(by) === 'null') continue
        if (best !== null && compareValues(best.by, by) * sign <= 0) continue
        best = { by, result: resultOf(by, entry) }
      }
      return best
    },
    combine: (left, right) => better(left, right, sign),
    finish: (state) => state?.result ?? null,
  })
}

const distinctOf = (name: string): Aggregator<unknown> => {
  const attribute = attributeOf(name)
  return aggregator<Map<string, unknown>>({
    create: () => new Map(),
    accumulate: (state, entry) => {
      for (const value of attribute.readAll(entry)) state.set(canonicalText(value), value)
      return state
    },
    combine: (left, right) => {
      for (const [text, value] of right) left.set(text, value)
      return left
    },
    finish: (state) => [...state.values()].sort(compareValues),
  })
}

const entryOf = (_by: unknown, { key, value }: QueryEntry): unknown => [key, value]

/** An aggregation comes as data: its type is what the sender says. */
const unknownKind = (aggregation: never): EngineError => {
  const { kind } = (aggregation as { kind?: unknown } | null) ?? {}
  return new EngineError('GRD-020', `There is no aggregation of the kind \`${String(kind)}\``)
}

/** The three steps of an aggregation; GRD-020 where its attribute makes no sense. */
export const aggregatorOf = (aggregation: Aggregation): Aggregator<unknown> => {
  if (typeof aggregation !== 'object' || aggregation === null)
    throw unknownKind(aggregation as never)
  switch (aggregation.kind) {
    case 'count':
      return countOf(aggregation.attribute)
    case 'sum':
      return totalAggregator(aggregation.attribute, sumOf)
    case 'avg':
      return totalAggregator(aggregation.attribute, averageOf)
    case 'min':
      return bestAggregator(aggregation.attribute, 1, (value) => value)
    case 'max':
      return bestAggregator(aggregation.attribute, -1, (value) => value)
    case 'minBy':
      return bestAggregator(aggregation.attribute, 1, entryOf)
    case 'maxBy':
      return bestAggregator(aggregation.attribute, -1, entryOf)
    case 'distinct':
      return distinctOf(aggregation.attribute)
    default:
      throw unknownKind(aggregation)
  }
}
