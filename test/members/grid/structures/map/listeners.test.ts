import { afterEach, describe, expect, test } from 'bun:test'
import { greaterThan } from '../../../../../members/grid/query/index.ts'
import type {
  EntryListener,
  GridMap,
  ListenerOptions,
} from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

type Told = [type: string, key: string, value: unknown, oldValue: unknown]

const TYPES = ['added', 'updated', 'removed', 'evicted', 'expired'] as const

/** Listens to everything. */
const listen = async (
  map: GridMap<string, number>,
  options?: ListenerOptions<string>,
): Promise<unknown[]> => {
  const told: (Told | [string, number])[] = []
  const listener: Record<string, unknown> = {
    mapCleared: (event: { numberOfAffectedEntries: number }) =>
      told.push(['mapCleared', event.numberOfAffectedEntries]),
    mapEvicted: (event: { numberOfAffectedEntries: number }) =>
      told.push(['mapEvicted', event.numberOfAffectedEntries]),
  }
  for (const type of TYPES) {
    listener[type] = (event: { key: string; value: unknown; oldValue: unknown }) =>
      told.push([type, event.key, event.value, event.oldValue])
  }
  await map.addEntryListener(listener as EntryListener<string, number>, options)
  return told
}

const change = async (map: GridMap<string, number>): Promise<void> => {
  await map.set('a', 1)
  await map.put('a', 2)
  await map.remove('a')
  await map.set('b', 3, { ttlMs: 100 })
  maps.advance(100)
  await map.set('c', 4)
  await map.evict('c')
  await map.putAll([
    ['d', 5],
    ['e', 6],
  ])
  await map.clear()
  await map.set('f', 7)
  await map.evictAll()
}

describe('a listener', () => {
  test('is told every kind of change', async () => {
    maps = startMaps()
    const map = maps.map<string, number>()
    const told = await listen(map)
    await change(map)
    expect(told).toEqual([
      ['added', 'a', 1, null],
      ['updated', 'a', 2, 1],
      ['removed', 'a', null, 2],
      ['added', 'b', 3, null],
      ['expired', 'b', null, 3],
      ['added', 'c', 4, null],
      ['evicted', 'c', null, 4],
      ['added', 'd', 5, null],
      ['added', 'e', 6, null],
      ['mapCleared', 2],
      ['added', 'f', 7, null],
      ['mapEvicted', 1],
    ])
  })
  test('is told without values, about one key, or what matches', async () => {
    maps = startMaps()
    const map = maps.map<string, number>()
    const short = await listen(map, { includeValue: false })
    const aboutC = await listen(map, { key: 'c' })
    const matching = await listen(map, { predicate: greaterThan('this', 1), includeValue: false })
    const both = await listen(map, { key: 'a', predicate: greaterThan('this', 1) })
    await change(map)
    expect(short.slice(0, 3)).toEqual([
      ['added', 'a', null, null],
      ['updated', 'a', null, null],
      ['removed', 'a', null, null],
    ])
    expect(short).toHaveLength(12)
    expect(aboutC).toEqual([
      ['added', 'c', 4, null],
      ['evicted', 'c', null, 4],
    ])
    expect(matching.slice(0, 2)).toEqual([
      ['updated', 'a', null, null],
      ['removed', 'a', null, null],
    ])
    expect(both).toEqual([
      ['updated', 'a', 2, 1],
      ['removed', 'a', null, 2],
    ])
  })
  test('of one map is not told about another, nor when it has cancelled', async () => {
    maps = startMaps()
    const [map, other] = [maps.map<string, number>(), maps.map<string, number>({ name: 'other' })]
    const told: string[] = []
    const subscription = await map.addEntryListener({ added: ({ key }) => told.push(key) })
    await other.set('x', 1)
    await map.set('a', 1)
    await subscription.cancel()
    await map.set('b', 1)
    expect(told).toEqual(['a'])
  })
  test('goes on after the loss of the primaries', async () => {
    maps = startMaps()
    const map = maps.map<string, number>()
    const told = await listen(map)
    await map.set('a', 1)
    maps.failOver()
    await map.set('a', 2)
    expect(told).toEqual([
      ['added', 'a', 1, null],
      ['updated', 'a', 2, 1],
    ])
  })
})
