import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  aggregatorOf,
  avg,
  compileProjection,
  count,
  distinct,
  max,
  maxBy,
  min,
  minBy,
  multiAttribute,
  singleAttribute,
  sum,
  type Aggregation,
} from '../../../../members/grid/query/index.ts'
import { fromData, toData } from '../../../../members/grid/data/index.ts'
import { Decimal } from '../../../../runtime/rows/index.ts'

/** Each list is a partition; its state crosses the wire. */
const run = (aggregation: Aggregation, ...partitions: readonly (readonly unknown[])[]): unknown => {
  const { create, accumulate, combine, finish } = aggregatorOf(aggregation)
  const states = partitions.map((values) =>
    fromData(
      toData(
        values
          .map((value, key) => ({ key, value }))
          .reduce((state, entry) => accumulate(state, entry), create()),
      ),
    ),
  )
  return finish(states.reduce(combine, create()))
}

test('the aggregations', () => {
  expect(run(count(), [1, 2], [3])).toBe(3)
  expect(run(count('a'), [{ a: 1 }, {}], [{ a: null }, { a: 0 }])).toBe(2)
  expect(run(sum('this'), [1, 2.5], [3])).toBe(6.5)
  expect(run(sum('this'), [2n ** 70n], [1n])).toBe(2n ** 70n + 1n)
  expect(run(sum('this'), [1n], [0.5])).toBe(1.5)
  expect(run(sum('this'), [new Decimal(105n, 1)], [1n, 0.25])).toEqual(new Decimal(1175n, 2))
  expect(run(sum('this'), ['x', null])).toBe(0)
  expect(run(sum('c[any]'), [{ c: [1, 2] }], [{ c: [3] }])).toBe(6)
  expect(run(avg('this'), [1, 2], [6])).toBe(3)
  expect(run(avg('this'), [])).toBeNull()
  expect(run(avg('this'), [1n, 2n])).toBe(1.5)
  expect(run(min('this'), [3, 1n], [new Decimal(5n, 1)])).toEqual(new Decimal(5n, 1))
  expect(run(max('this'), [3, null], [7n])).toBe(7n)
  expect(run(max('this'), [], [])).toBeNull()
  expect(run(minBy('a'), [{ a: 2 }, { a: 1 }], [{ a: 3 }])).toEqual([1, { a: 1 }])
  expect(run(maxBy('a'), [{ a: 2 }], [{ a: 3 }, {}])).toEqual([0, { a: 3 }])
  expect(run(distinct('this'), [3, 1, 1n], ['x', 3])).toEqual([1n, 3, 'x'])
  expect(() => run({ kind: 'median' } as unknown as Aggregation, [])).toThrow(
    'There is no aggregation of the kind `median`',
  )
})

test('do not depend on how entries are spread over partitions', () => {
  const lists = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 5 }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(lists, (partitions) => {
      for (const make of [sum, avg, min, max, distinct]) {
        const aggregation = make('this')
        expect(run(aggregation, ...partitions)).toEqual(run(aggregation, partitions.flat()))
      }
    }),
  )
})

test('the projections', () => {
  const entry = { key: 'k', value: { a: 1, b: { c: [1, 2] } } }
  expect(compileProjection(singleAttribute('a'))(entry)).toBe(1)
  expect(compileProjection(singleAttribute('b.c[any]'))(entry)).toEqual([1, 2])
  expect(compileProjection(multiAttribute('__key', 'b.c[1]', 'x'))(entry)).toEqual(['k', 2, null])
})
