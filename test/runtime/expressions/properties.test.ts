import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  parseExpressionText,
  printExpression,
  type Expression,
} from '../../../runtime/expressions/index.ts'
import {
  batchOfRows,
  Decimal,
  formatDecimal,
  valueAt,
  type Value,
} from '../../../runtime/rows/index.ts'
import { compile, tableOf, type Columns } from './harness.ts'

const at = { file: '', line: 1, column: 1 }

const name = fc.oneof(
  fc.constantFrom('a', 'total', '_x1', 'select', 'from', 'true', 'odd name', 'back`tick', 'é'),
  fc.string({ minLength: 1, maxLength: 5 }),
)

/** Trees without places: those are what printing loses. */
const tree: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => {
  const any = tie('any')
  const literal = fc.oneof(
    fc.constant({ kind: 'null', at } as const),
    fc.boolean().map((value) => ({ kind: 'boolean', value, at }) as const),
    fc.string().map((value) => ({ kind: 'string', value, at }) as const),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n })
      .map((value) => ({ kind: 'integer', value, at }) as const),
    fc
      .constantFrom('1.5', '-2.25', '1e9')
      .map((text) => ({ kind: 'double', value: Number(text), text, at }) as const),
    fc
      .array(name, { minLength: 1, maxLength: 3 })
      .map((parts) => ({ kind: 'name', parts, at }) as const),
    fc.constant({ kind: 'typed', type: 'DATE', text: '2024-01-26', at } as const),
  )
  const operator = fc.constantFrom(
    ...(['+', '-', '*', '/', '%', '=', '<>', '<', '<=', '>', '>=', '||', 'AND', 'OR'] as const),
  )
  const binary = fc.record({
    kind: fc.constant('binary' as const),
    operator,
    left: any,
    right: any,
    at: fc.constant(at),
  })
  const branch = fc.record({ condition: any, result: any })
  return {
    any: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      literal,
      binary,
      any.map((operand) => ({ kind: 'not', operand, at }) as const),
      fc.record({
        kind: fc.constant('in' as const),
        operand: any,
        items: fc.array(any, { minLength: 1, maxLength: 3 }),
        negated: fc.boolean(),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('between' as const),
        operand: any,
        low: any,
        high: any,
        negated: fc.boolean(),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('like' as const),
        operand: any,
        pattern: any,
        negated: fc.boolean(),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('isNull' as const),
        operand: any,
        negated: fc.boolean(),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('case' as const),
        operand: fc.option(any),
        branches: fc.array(branch, { minLength: 1, maxLength: 2 }),
        otherwise: fc.option(any),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('call' as const),
        name: fc.constantFrom('upper', 'COALESCE', 'left'),
        arguments: fc.array(any, { maxLength: 3 }),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('cast' as const),
        operand: any,
        type: fc.constant({ name: 'DECIMAL', parameters: [10, 2], at }),
        lenient: fc.boolean(),
        at: fc.constant(at),
      }),
      fc.record({
        kind: fc.constant('index' as const),
        operand: any,
        index: any,
        at: fc.constant(at),
      }),
    ),
  }
}).any

const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      key === 'at' ? undefined : typeof inner === 'bigint' ? `${inner}n` : inner,
    ),
  )

test('what is printed parses to the same tree', () => {
  fc.assert(
    fc.property(tree, (expression) => {
      const text = printExpression(expression)
      expect(withoutPlaces(parseExpressionText(text, 't'))).toEqual(withoutPlaces(expression))
    }),
    { numRuns: 500 },
  )
})

test('any text is either parsed or refused with a code', () => {
  const words = fc.constantFrom(
    ...`select a ( ) , + - 'x' 1 case when then end in and not between is null " . [ ] cast as int %`
      .split(' ')
      .concat('\n'),
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
      try {
        parseExpressionText(parts.join(' '), 't')
      } catch (thrown) {
        expect((thrown as { code?: string }).code).toMatch(/^SQL-00[12]$/)
      }
    }),
    { numRuns: 500 },
  )
})

/** The column of an expression over rows of `a` and `b`, both of one type. */
const column = (
  text: string,
  type: string,
  pairs: readonly (readonly [Value, Value])[],
): Value[] => {
  const columns: Columns = { a: [type, null], b: [type, null] }
  const vector = compile(text, columns).evaluate(batchOfRows(tableOf(columns), pairs))
  return pairs.map((_, row) => valueAt(vector, row))
}

const nullable = <Item extends Value>(item: fc.Arbitrary<Item>) =>
  fc.array(fc.tuple(fc.option(item), fc.option(item)), { maxLength: 30 })

const model = <Item extends Value>(
  pairs: readonly (readonly [Item | null, Item | null])[],
  apply: (left: Item, right: Item) => Value,
): Value[] =>
  pairs.map(([left, right]) => (left === null || right === null ? null : apply(left, right)))

test('BIGINT arithmetic is that of 64 bits', () => {
  const numbers = nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
  const wrap = (value: bigint): bigint => BigInt.asIntN(64, value)
  fc.assert(
    fc.property(numbers, (pairs) => {
      expect(column('a + b', 'bigint', pairs)).toEqual(model(pairs, (a, b) => wrap(a + b)))
      expect(column('a - b', 'bigint', pairs)).toEqual(model(pairs, (a, b) => wrap(a - b)))
      expect(column('a * b', 'bigint', pairs)).toEqual(model(pairs, (a, b) => wrap(a * b)))
      const divisible = pairs.filter(([, b]) => b !== 0n)
      expect(column('a / b', 'bigint', divisible)).toEqual(model(divisible, (a, b) => wrap(a / b)))
      expect(column('a % b', 'bigint', divisible)).toEqual(model(divisible, (a, b) => a % b))
      expect(column('a < b', 'bigint', pairs)).toEqual(
        pairs.map(([a, b]) => a !== null && b !== null && a < b),
      )
    }),
  )
})

test('INT arithmetic is that of 32 bits', () => {
  const numbers = nullable(fc.integer())
  const wrap = (value: bigint): number => Number(BigInt.asIntN(32, value))
  const exact =
    (apply: (a: bigint, b: bigint) => bigint) =>
    (a: number, b: number): number =>
      wrap(apply(BigInt(a), BigInt(b)))
  fc.assert(
    fc.property(numbers, (pairs) => {
      expect(column('a + b', 'int', pairs)).toEqual(
        model(
          pairs,
          exact((a, b) => a + b),
        ),
      )
      expect(column('a - b', 'int', pairs)).toEqual(
        model(
          pairs,
          exact((a, b) => a - b),
        ),
      )
      expect(column('a * b', 'int', pairs)).toEqual(
        model(
          pairs,
          exact((a, b) => a * b),
        ),
      )
      const divisible = pairs.filter(([, b]) => b !== 0)
      expect(column('a / b', 'int', divisible)).toEqual(
        model(
          divisible,
          exact((a, b) => a / b),
        ),
      )
      expect(column('a % b', 'int', divisible)).toEqual(
        model(
          divisible,
          exact((a, b) => a % b),
        ),
      )
    }),
  )
})

test('decimal sums are exact, products rounded half up and quotients away from zero', () => {
  const cents = nullable(
    fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map((unscaled) => new Decimal(unscaled, 2)),
  )
  const texts = (values: readonly Value[]): (string | null)[] =>
    values.map((value) => (value === null ? null : formatDecimal(value as Decimal)))
  const sign = (value: bigint): bigint => (value < 0n ? -1n : 1n)
  const size = (value: bigint): bigint => (value < 0n ? -value : value)
  fc.assert(
    fc.property(cents, (pairs) => {
      const check = (text: string, apply: (a: bigint, b: bigint) => bigint, rows = pairs): void =>
        expect(texts(column(text, 'decimal(20, 2)', rows))).toEqual(
          texts(model(rows, (a, b) => new Decimal(apply(a.unscaled, b.unscaled), 2))),
        )
      check('a + b', (a, b) => a + b)
      check('a - b', (a, b) => a - b)
      check('a * b', (a, b) => sign(a * b) * ((size(a * b) + 50n) / 100n))
      const divisible = pairs.filter(([, b]) => b?.unscaled !== 0n)
      check(
        'a / b',
        (a, b) => sign(a) * sign(b) * ((size(a) * 100n + size(b) - 1n) / size(b)),
        divisible,
      )
      check('a % b', (a, b) => a % b, divisible)
    }),
  )
})
