import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fewestToRemove } from '../../../members/membership/suspicion.ts'

const AGES = ['a', 'b', 'c', 'd', 'e', 'f']

describe('a partial disconnection', () => {
  test('between two costs the younger one', () => {
    expect(fewestToRemove([['b', 'd']], 'a', AGES)).toEqual(['d'])
    expect(fewestToRemove([['d', 'b']], 'a', AGES)).toEqual(['d'])
  })
  test('of one from several costs that one', () => {
    const pairs: [string, string][] = [
      ['b', 'd'],
      ['c', 'b'],
      ['b', 'e'],
    ]
    expect(fewestToRemove(pairs, 'a', AGES)).toEqual(['b'])
  })
  test('from the master never costs the master', () => {
    expect(fewestToRemove([['b', 'a']], 'a', AGES)).toEqual(['b'])
  })
  test('is over without those that leave, who are as few as can be', () => {
    const other = fc.constantFrom('b', 'c', 'd', 'e', 'f')
    const pair = fc.tuple(other, fc.constantFrom(...AGES)).filter(([left, right]) => left !== right)
    const isOver = (pairs: readonly (readonly [string, string])[], removed: readonly string[]) =>
      pairs.every(([left, right]) => removed.includes(left) || removed.includes(right))
    const subsets = Array.from({ length: 32 }, (_, bits) =>
      ['b', 'c', 'd', 'e', 'f'].filter((_, at) => (bits >> at) % 2 === 1),
    )
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 10 }), (pairs) => {
        const removed = fewestToRemove(pairs, 'a', AGES)
        const fewest = Math.min(
          ...subsets.filter((subset) => isOver(pairs, subset)).map(({ length }) => length),
        )
        expect(removed).not.toContain('a')
        expect(isOver(pairs, removed)).toBe(true)
        expect(removed).toHaveLength(fewest)
      }),
    )
  })
})
