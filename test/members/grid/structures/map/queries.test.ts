import { afterEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  and,
  avg,
  between,
  count,
  distinct,
  equal,
  greaterThan,
  isIn,
  lessThan,
  like,
  maxBy,
  multiAttribute,
  not,
  pagingPredicate,
  regex,
  singleAttribute,
  sqlPredicate,
  sum,
  type Predicate,
} from '../../../../../members/grid/query/index.ts'
import type { GridMap } from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps, type MapsOptions } from './maps.ts'

interface Person {
  name: string
  age: number
  city?: string
}

let maps: Maps
afterEach(() => maps.close())

const CITIES = ['Ulm', 'Bonn', 'Kiel']

const person = (at: number): Person => ({ name: `p${at}`, age: at % 50, city: CITIES[at % 3]! })

const people = async (options: MapsOptions = {}): Promise<GridMap<number, Person>> => {
  maps = startMaps({ copyEvery: 100, ...options })
  const map = maps.map<number, Person>()
  const rows = Array.from({ length: 150 }, (_, at): [number, Person] => [at, person(at)])
  await map.putAll(rows)
  return map
}

const sorted = (keys: number[]): number[] => keys.sort((left, right) => left - right)

describe('a query', () => {
  test('finds keys, values and entries', async () => {
    const map = await people()
    const predicate = and(greaterThan('age', 47), equal('city', 'Ulm'))
    expect(sorted(await map.keySet(predicate))).toEqual([48, 99])
    expect((await map.values(predicate)).map(({ name }) => name).sort()).toEqual(['p48', 'p99'])
    expect(new Map(await map.entrySet(predicate))).toEqual(
      new Map([
        [48, person(48)],
        [99, person(99)],
      ]),
    )
    expect(sorted(await map.keySet(sqlPredicate('__key < 2 or name = p7')))).toEqual([0, 1, 7])
    expect(await map.keySet(like('name', 'nobody%'))).toEqual([])
  })
  test('is answered in pages where it is much', async () => {
    maps = startMaps({ copyEvery: 1000, partitionCount: 2 })
    const map = maps.map<number, { at: number; text: string }>()
    const text = 'x'.repeat(1000)
    await map.putAll(Array.from({ length: 500 }, (_, at) => [at, { at, text }] as const))
    await map.addIndex({ type: 'SORTED', attributes: ['at'] })
    expect(await map.keySet(greaterThan('at', 99))).toHaveLength(400)
    expect(await map.values(greaterThan('__key', 99))).toHaveLength(400)
    expect(await map.keySet(greaterThan('at', 480))).toHaveLength(19)
  })
  test('projects', async () => {
    const map = await people()
    const few = lessThan('__key', 3)
    expect((await map.project<string>(singleAttribute('name'), few)).sort()).toEqual([
      'p0',
      'p1',
      'p2',
    ])
    expect((await map.project(multiAttribute('__key', 'city'), equal('__key', 4)))[0]).toEqual([
      4,
      'Bonn',
    ])
    expect(await map.project(singleAttribute('name'))).toHaveLength(150)
  })
  test('aggregates', async () => {
    const map = await people()
    expect(await map.aggregate<number>(count())).toBe(150)
    expect(await map.aggregate<number>(sum('age'))).toBe(3 * (49 * 25))
    expect(await map.aggregate<number>(avg('age'), lessThan('age', 3))).toBe(1)
    expect(await map.aggregate(maxBy('age'), lessThan('__key', 40))).toEqual([39, person(39)])
    expect(await map.aggregate<string[]>(distinct('city'))).toEqual(['Bonn', 'Kiel', 'Ulm'])
  })
  test('does not see what has expired', async () => {
    const map = await people()
    await map.set(1000, person(1), { ttlMs: 100 })
    maps.host.clock.advance(100)
    expect(await map.aggregate<number>(count(), greaterThan('__key', 900))).toBe(0)
    expect(await map.keySet(greaterThan('__key', 900))).toEqual([])
  })
  test('is refused before it is sent', async () => {
    const map = await people()
    expect(map.values(regex('name', '('))).rejects.toThrow('is not a regular expression')
    expect(map.aggregate(sum('a..b'))).rejects.toThrow('`a..b` is not a path')
    expect(map.addIndex({ type: 'BITMAP', attributes: ['a', 'b'] })).rejects.toThrow('BITMAP')
  })
})

describe('pages', () => {
  test('come in order, forth and back', async () => {
    const map = await people()
    const orders = [{ attribute: 'age', isDescending: true }, { attribute: 'city' }]
    const paging = pagingPredicate(greaterThan('age', 45), 5, orders)
    const all = (await map.values(greaterThan('age', 45))).sort(
      (left, right) => right.age - left.age || (left.city! < right.city! ? -1 : 1),
    )
    expect(await map.values(paging)).toEqual(all.slice(0, 5))
    paging.nextPage()
    expect(await map.values(paging)).toEqual(all.slice(5, 10))
    paging.nextPage()
    expect(await map.values(paging)).toEqual(all.slice(10))
    paging.nextPage()
    expect(await map.values(paging)).toEqual([])
    paging.previousPage()
    expect(await map.values(paging)).toEqual(all.slice(10))
    paging.page = 0
    expect(await map.values(paging)).toEqual(all.slice(0, 5))
  })
  test('can be jumped to, and are by key where nothing else is said', async () => {
    const map = await people()
    const paging = pagingPredicate({ kind: 'true' }, 10)
    paging.page = 7
    expect(await map.keySet(paging)).toEqual(Array.from({ length: 10 }, (_, at) => 70 + at))
    expect(map.keySet(pagingPredicate({ kind: 'true' }, 0))).rejects.toThrow('A page of 0')
  })
})

describe('indexes', () => {
  const predicates: Predicate[] = [
    equal('city', 'Ulm'),
    isIn('age', [1, 2]),
    between('age', 10, '12'),
    and(equal('city', 'Kiel'), not(lessThan('age', 40))),
    equal('city', null),
  ]
  const expectSame = async (map: GridMap<number, Person>, plain: GridMap<number, Person>) => {
    for (const predicate of predicates) {
      const found = sorted(await map.keySet(predicate))
      expect(found).toEqual(sorted(await plain.keySet(predicate)))
    }
  }
  test('give what a look at every entry gives, whatever is changed', async () => {
    const changes = fc.array(
      fc.oneof(
        fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 60 })).map(
          ([key, at]) =>
            (map: GridMap<number, Person>) =>
              map.set(key, at > 50 ? { name: 'n', age: at } : person(at)),
        ),
        fc
          .integer({ min: 0, max: 9 })
          .map((key) => (map: GridMap<number, Person>) => map.delete(key)),
        fc
          .integer({ min: 0, max: 9 })
          .map((key) => (map: GridMap<number, Person>) => map.setTtl(key, 60_000)),
        fc.constant((map: GridMap<number, Person>) => map.clear()),
        fc.constant((map: GridMap<number, Person>) => map.keySet(equal('city', 'Ulm'))),
        fc.constant(() => maps.failOver()),
        fc.constant(() => maps.handOver()),
      ),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(changes, async (steps) => {
        maps = startMaps({
          partitionCount: 2,
          settings: {
            indexes: [
              { name: undefined, type: 'SORTED', attributes: ['age'] },
              { name: 'c', type: 'HASH', attributes: ['city'] },
            ],
          },
        })
        const map = maps.map<number, Person>()
        for (const step of steps) await step(map)
        const reference = startMaps({ partitionCount: 2 })
        const plain = reference.map<number, Person>()
        await plain.putAll(await map.entrySet())
        await expectSame(map, plain)
        reference.close()
        maps.close()
      }),
      { numRuns: 60 },
    )
  })
  test('are built anew by a member that was a backup for a while', async () => {
    const map = await people({
      settings: { indexes: [{ name: undefined, type: 'HASH', attributes: ['city'] }] },
    })
    expect(await map.keySet(equal('city', 'Ulm'))).toHaveLength(50)
    maps.handOver()
    await map.set(0, { name: 'moved', age: 1, city: 'Bonn' })
    await map.delete(3)
    await map.set(1000, person(0))
    maps.handOver()
    const keys = await map.keySet(equal('city', 'Ulm'))
    expect(keys).toHaveLength(49)
    expect(keys).toContain(1000)
    expect(keys).not.toContain(0)
  })
  test('that are added while it runs go along with the data', async () => {
    const map = await people()
    await map.addIndex({ name: 'by city', type: 'BITMAP', attributes: ['city'] })
    await map.addIndex({ name: 'by city', type: 'HASH', attributes: ['age'] })
    maps.failOver()
    maps.failOver()
    expect(await map.keySet(equal('city', 'Ulm'))).toHaveLength(50)
    await map.clear()
    expect(await map.keySet(equal('city', 'Ulm'))).toHaveLength(0)
    await map.set(1, person(0))
    expect(await map.keySet(equal('city', 'Ulm'))).toEqual([1])
  })
})
