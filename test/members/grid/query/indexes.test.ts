import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  and,
  between,
  checkIndex,
  compilePredicate,
  createIndexes,
  equal,
  greaterThan,
  isIn,
  lessEqual,
  not,
  or,
  type Predicate,
  type QueryEntry,
} from '../../../../members/grid/query/index.ts'
import type { IndexSettings } from '../../../../members/grid/settings.ts'
import { Decimal } from '../../../../runtime/rows/index.ts'

const index = (type: IndexSettings['type'], ...attributes: string[]): IndexSettings => ({
  name: undefined,
  type,
  attributes,
})

const KINDS: Record<string, readonly IndexSettings[]> = {
  hash: [index('HASH', 'a')],
  sorted: [index('SORTED', 'a')],
  bitmap: [index('BITMAP', 'a')],
  'hash of two': [index('HASH', 'a', 'b')],
  'sorted of two': [index('SORTED', 'a', 'b')],
  'any of a list': [index('HASH', 'c[any]'), index('SORTED', 'c[any]'), index('BITMAP', 'c[any]')],
  several: [index('HASH', 'b'), index('SORTED', 'a'), index('BITMAP', '__key')],
}

const scalars = fc.oneof(
  fc.integer({ min: -2, max: 3 }),
  fc.constantFrom(1n, 2n, new Decimal(15n, 1), new Decimal(20n, 1), 1.5, null, true, false),
  fc.constantFrom('1', '2', 'x', '', 'true', '2020-01-01 00:00:00', new Date('2020-01-01')),
)
const values: fc.Arbitrary<unknown> = fc.record(
  { a: scalars, b: scalars, c: fc.array(scalars, { maxLength: 3 }) },
  { requiredKeys: [] },
)
const attributes = fc.constantFrom('a', 'b', 'c[any]', '__key')
const simple: fc.Arbitrary<Predicate> = fc.oneof(
  fc.tuple(attributes, scalars).map(([name, value]) => equal(name, value)),
  fc.tuple(attributes, scalars).map(([name, value]) => greaterThan(name, value)),
  fc.tuple(attributes, scalars).map(([name, value]) => lessEqual(name, value)),
  fc.tuple(attributes, scalars, scalars).map(([name, from, to]) => between(name, from, to)),
  fc
    .tuple(attributes, fc.array(scalars, { maxLength: 3 }))
    .map(([name, points]) => isIn(name, points)),
)
const predicates: fc.Arbitrary<Predicate> = fc.letrec<{ any: Predicate }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    simple,
    fc.array(tie('any'), { maxLength: 3 }).map((parts) => and(...parts)),
    fc.array(tie('any'), { maxLength: 3 }).map((parts) => or(...parts)),
    tie('any').map(not),
  ),
})).any

/** Entries by id; those of which `isGone` is set were added and removed again. */
const fill = (
  definitions: readonly IndexSettings[],
  rows: readonly { value: unknown; isGone: boolean }[],
) => {
  const indexes = createIndexes(definitions)
  const entries = new Map<number, QueryEntry>()
  for (const [id, { value }] of rows.entries()) {
    const entry = { key: id % 3, value }
    entries.set(id + 100, entry)
    indexes.add(id + 100, entry)
  }
  for (const [id, { isGone }] of rows.entries()) {
    if (!isGone) continue
    indexes.remove(id + 100, entries.get(id + 100)!)
    entries.delete(id + 100)
  }
  return { indexes, entries }
}

for (const [name, definitions] of Object.entries(KINDS)) {
  test(`an index (${name}) finds all that match, and only what is there`, () => {
    const rows = fc.array(fc.record({ value: values, isGone: fc.boolean() }), { maxLength: 12 })
    fc.assert(
      fc.property(rows, predicates, (given, predicate) => {
        const { indexes, entries } = fill(definitions, given)
        const found = indexes.find(predicate)
        if (found === undefined) return
        const matches = compilePredicate(predicate)
        for (const id of found) expect(entries.has(id)).toBe(true)
        for (const [id, entry] of entries) if (matches(entry)) expect(found).toContain(id)
      }),
      { numRuns: 500 },
    )
  })
}

describe('an index', () => {
  const rows = Array.from({ length: 100 }, (_, at) => ({
    value: { a: at, b: at % 2 },
    isGone: false,
  }))
  const sizeOf = (kind: string, predicate: Predicate) =>
    fill(KINDS[kind]!, rows).indexes.find(predicate)?.size

  test('looks at few entries', () => {
    expect(sizeOf('hash', equal('a', '7'))).toBe(1)
    expect(sizeOf('hash', greaterThan('a', 7))).toBeUndefined()
    expect(sizeOf('hash', and(greaterThan('b', 0), isIn('a', [1, 2])))).toBe(2)
    expect(sizeOf('hash', or(equal('a', 1), equal('a', 2)))).toBe(2)
    expect(sizeOf('hash', or(equal('a', 1), equal('b', 2)))).toBeUndefined()
    expect(sizeOf('hash', not(equal('a', 1)))).toBeUndefined()
    expect(sizeOf('bitmap', isIn('a', [31, 32, 64]))).toBe(3)
    expect(sizeOf('sorted', between('a', 10, 19))).toBe(10)
    expect(sizeOf('sorted', and(greaterThan('a', 97), equal('b', 1)))).toBe(2)
    expect(sizeOf('hash of two', and(equal('a', 5), equal('b', 1)))).toBe(1)
    expect(sizeOf('hash of two', equal('a', 5))).toBeUndefined()
    expect(sizeOf('sorted of two', equal('a', 5))).toBe(1)
    expect(sizeOf('sorted of two', and(equal('a', 5), greaterThan('b', 0)))).toBe(1)
    expect(sizeOf('sorted of two', greaterThan('b', 0))).toBeUndefined()
    expect(sizeOf('several', and(equal('b', 1), between('a', 10, 12)))).toBe(3)
  })
  test('is refused where it makes no sense', () => {
    expect(() => checkIndex(index('SORTED'))).toThrow('has no attribute')
    expect(() => checkIndex(index('BITMAP', 'a', 'b'))).toThrow('can have one attribute only')
    expect(() => checkIndex(index('HASH', 'a', 'b[any]'))).toThrow('cannot have `[any]`')
    expect(() => checkIndex(index('TREE' as 'HASH', 'a'))).toThrow('is of no type that there is')
  })
})
