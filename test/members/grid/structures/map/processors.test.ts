import { afterEach, describe, expect, test } from 'bun:test'
import { equal, greaterThan } from '../../../../../members/grid/query/index.ts'
import type { EntryProcessor, GridMap } from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const processors: Record<string, EntryProcessor> = {
  add(entry, argument) {
    const value = ((entry.value as number | null) ?? 0) + (argument as number)
    entry.setValue(value)
    return value
  },
  read: (entry) => [entry.key, entry.value],
  remove(entry) {
    entry.remove()
    return entry.value
  },
  forget: (entry) => entry.setValue(null),
  keepShortly: (entry) => entry.setValue(entry.value, { ttlMs: 100 }),
  fail(entry) {
    entry.setValue(9)
    if (entry.key === 'b') throw new Error('No b')
  },
  later: async () => 1,
}

const start = async (): Promise<GridMap<string, number>> => {
  maps = startMaps({ processors })
  const map = maps.map<string, number>()
  await map.putAll([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ])
  return map
}

describe('an entry processor', () => {
  test('reads, writes and removes an entry', async () => {
    const map = await start()
    expect(await map.executeOnKey<number>('a', 'add', 10)).toBe(11)
    expect(await map.submitToKey<number>('new', 'add', 5)).toBe(5)
    expect(await map.executeOnKey('b', 'read')).toEqual(['b', 2])
    expect(await map.executeOnKey('none', 'read')).toEqual(['none', null])
    expect(await map.executeOnKey('b', 'remove')).toBeNull()
    await map.executeOnKey('c', 'forget')
    expect(new Map(await map.entrySet())).toEqual(
      new Map([
        ['a', 11],
        ['new', 5],
      ]),
    )
    await map.executeOnKey('a', 'keepShortly')
    maps.failOver()
    maps.host.clock.advance(100)
    expect(await map.keySet()).toEqual(['new'])
  })
  test('runs on many entries', async () => {
    const map = await start()
    const answers = await map.executeOnKeys<number>(['a', 'c', 'a', 'x'], 'add', 1)
    expect(answers).toEqual(
      new Map([
        ['a', 2],
        ['c', 4],
        ['x', 1],
      ]),
    )
    const all = await map.executeOnEntries<number>('add', 100, greaterThan('this', 1))
    expect(new Map(all)).toEqual(
      new Map([
        ['a', 102],
        ['b', 102],
        ['c', 104],
      ]),
    )
    expect(await map.executeOnEntries('read')).toHaveLength(4)
    await map.replaceAll((key, value) => (key === 'x' ? value : value - 100))
    expect(await map.get('c')).toBe(4)
    expect(await map.removeAll(equal('this', 2))).toBe(2)
    expect((await map.keySet()).sort()).toEqual(['c', 'x'])
  })
  test('that fails changes nothing', async () => {
    maps = startMaps({ processors, partitionCount: 1 })
    const map = maps.map<string, number>()
    await map.putAll([
      ['a', 1],
      ['b', 2],
    ])
    const failure = 'The entry processor `fail` failed: No b'
    expect(map.executeOnEntries('fail')).rejects.toThrow(failure)
    expect(map.executeOnKeys(['a', 'b'], 'fail')).rejects.toThrow(failure)
    expect(map.executeOnKey('a', 'later')).rejects.toThrow('it returned a promise')
    expect(map.executeOnKey('a', 'toString')).rejects.toThrow('has no entry processor `toString`')
    expect(await map.get('a')).toBe(1)
  })
  test('waits for the lock of another, and tells listeners', async () => {
    const map = await start()
    const other = maps.map<string, number>({ caller: 'caller-2' })
    const updated: unknown[] = []
    await map.addEntryListener({ updated: ({ key, value }) => updated.push([key, value]) })
    await other.lock('a')
    const waiting = map.executeOnKeys(['a', 'b'], 'add', 1)
    await Promise.resolve()
    expect(await map.get('a')).toBe(1)
    await other.unlock('a')
    await waiting
    expect(updated).toContainEqual(['a', 2])
    expect(updated).toContainEqual(['b', 3])
  })
})
