import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { assign, groupMembers } from '../../../../members/grid/table/assignment/index.ts'

const PARTITIONS = 271
const names = (count: number, first = 0): string[] =>
  Array.from({ length: count }, (_, at) => `m${first + at}`)
const alone = (ids: readonly string[]): string[][] => ids.map((id) => [id])
const EMPTY: string[][] = Array.from({ length: PARTITIONS }, () => [])

const spread = (rows: readonly (readonly string[])[], ids: readonly string[], index: number) => {
  const counts = new Map(ids.map((id) => [id, 0]))
  for (const row of rows) counts.set(row[index]!, counts.get(row[index]!)! + 1)
  return Math.max(...counts.values()) - Math.min(...counts.values())
}

const expectBalanced = (
  rows: readonly (readonly string[])[],
  ids: readonly string[],
  depth: number,
): void => {
  for (const row of rows) {
    expect(row).toHaveLength(depth)
    expect(new Set(row).size).toBe(depth)
  }
  for (let index = 0; index < depth; index += 1) {
    expect(spread(rows, ids, index)).toBeLessThanOrEqual(1)
  }
}

/** Copies that have to be made: members in rows where they were not. */
const copies = (from: readonly (readonly string[])[], to: readonly (readonly string[])[]): number =>
  to.reduce((sum, row, at) => sum + row.filter((id) => !from[at]!.includes(id)).length, 0)

describe('the assignment', () => {
  test('is balanced at every replica index, and stays as it is', () => {
    for (let count = 1; count <= 9; count += 1) {
      for (let depth = 1; depth <= Math.min(7, count); depth += 1) {
        const ids = names(count)
        const rows = assign(EMPTY, alone(ids), depth)
        expectBalanced(rows, ids, depth)
        expect(assign(rows, alone(ids), depth)).toEqual(rows)
      }
    }
  })

  test('is balanced from whatever there was', () => {
    const shape = fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 7 }), fc.integer())
      .chain(([count, depth]) =>
        fc.record({
          count: fc.constant(count),
          depth: fc.constant(Math.min(depth, count)),
          present: fc.array(
            fc.uniqueArray(fc.constantFrom(...names(count + 2)), { maxLength: 7 }),
            {
              minLength: 1,
              maxLength: 60,
            },
          ),
        }),
      )
    fc.assert(
      fc.property(shape, ({ count, depth, present }) => {
        const ids = names(count)
        const rows = assign(present, alone(ids), depth)
        expectBalanced(rows, ids, depth)
        expect(assign(rows, alone(ids), depth)).toEqual(rows)
      }),
      { numRuns: 300 },
    )
  })

  test('gives one that joins its share and moves nothing else', () => {
    for (let count = 1; count <= 8; count += 1) {
      for (let depth = 1; depth <= Math.min(3, count); depth += 1) {
        const rows = assign(EMPTY, alone(names(count)), depth)
        const grown = assign(rows, alone(names(count + 1)), depth)
        const share = Math.ceil((PARTITIONS * depth) / (count + 1)) + depth
        expect(copies(rows, grown)).toBeLessThanOrEqual(share)
      }
    }
  })

  test('replaces one that leaves and moves little else', () => {
    for (let count = 2; count <= 8; count += 1) {
      for (let depth = 1; depth <= Math.min(3, count - 1); depth += 1) {
        const rows = assign(EMPTY, alone(names(count)), depth)
        const left = rows.map((row) => row.filter((id) => id !== 'm0'))
        const missing = rows.filter((row) => row.includes('m0')).length
        const shrunk = assign(left, alone(names(count - 1, 1)), depth)
        expectBalanced(shrunk, names(count - 1, 1), depth)
        // Balance at each index costs some moves beyond what is missing.
        expect(copies(left, shrunk)).toBeLessThanOrEqual(missing * 1.35)
      }
    }
  })
})

describe('member groups', () => {
  const members = ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.1.3'].map((host, at) => ({
    id: `m${at}`,
    host,
  }))

  test('are made of single members, of hosts, or of patterns', () => {
    expect(groupMembers(members, { type: 'PER_MEMBER' })).toEqual([['m0'], ['m1'], ['m2'], ['m3']])
    expect(groupMembers(members, { type: 'HOST_AWARE' })).toEqual([['m0', 'm1'], ['m2'], ['m3']])
    const groups = [['10.0.0.*']]
    expect(groupMembers(members, { type: 'CUSTOM', groups })).toEqual([['m0', 'm1', 'm2'], ['m3']])
  })

  test('hold one replica of a row, and share alike among and within each other', () => {
    const groups = groupMembers(members, { type: 'HOST_AWARE' })
    const rows = assign(EMPTY, groups, 2)
    for (let index = 0; index < 2; index += 1) {
      const byGroup = rows.map((row) => [
        String(groups.findIndex((group) => group.includes(row[index]!))),
      ])
      expect(spread(byGroup, ['0', '1', '2'], 0)).toBeLessThanOrEqual(1)
      const inFirst = rows.filter((row) => groups[0]!.includes(row[index]!))
      expect(spread(inFirst, groups[0]!, index)).toBeLessThanOrEqual(1)
    }
    for (const row of rows)
      expect(row.filter((id) => groups[0]!.includes(id)).length).toBeLessThan(2)
    expect(assign(rows, groups, 2)).toEqual(rows)
  })
})
