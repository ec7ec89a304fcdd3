import { expect } from 'bun:test'
import type { MultiMapEvent } from '../../../members/grid/structures/multimap/index.ts'
import { until, type Each } from './suite.ts'

const sorted = <T>(items: readonly T[]): T[] => [...items].sort()

/** What a multimap does, in Hazelcast as here. */
export const multiMapContract = (each: Each): void => {
  each('holds several values under a key, each once', async (grid, name) => {
    const map = grid.multiMap(name)
    expect(await map.put('a', '1')).toBe(true)
    expect(await map.put('a', '2')).toBe(true)
    expect(await map.put('a', '1')).toBe(false)
    await map.putAll([
      ['b', ['1', '3', '3']],
      ['c', ['4']],
    ])
    expect(sorted(await map.get('a'))).toEqual(['1', '2'])
    expect(await map.get('none')).toEqual([])
    expect(await map.size()).toBe(5)
    expect(await map.valueCount('b')).toBe(2)
    expect(await map.valueCount('none')).toBe(0)
    expect(sorted(await map.keySet())).toEqual(['a', 'b', 'c'])
    expect(sorted(await map.values())).toEqual(['1', '1', '2', '3', '4'])
    const entries = (await map.entrySet()).map(([key, value]) => `${key} ${value}`)
    expect(sorted(entries)).toEqual(['a 1', 'a 2', 'b 1', 'b 3', 'c 4'])
    expect(await map.containsKey('c')).toBe(true)
    expect(await map.containsKey('d')).toBe(false)
    expect(await map.containsValue('4')).toBe(true)
    expect(await map.containsValue('5')).toBe(false)
    expect(await map.containsEntry('c', '4')).toBe(true)
    expect(await map.containsEntry('c', '1')).toBe(false)
  })

  each('removes a value, those of a key, and all', async (grid, name) => {
    const map = grid.multiMap(name)
    await map.putAll([
      ['a', ['1', '2']],
      ['b', ['3', '4']],
      ['c', ['5']],
    ])
    expect(await map.remove('a', '1')).toBe(true)
    expect(await map.remove('a', '1')).toBe(false)
    expect(await map.get('a')).toEqual(['2'])
    expect(sorted(await map.removeAll('b'))).toEqual(['3', '4'])
    expect(await map.removeAll('b')).toEqual([])
    expect(await map.remove('c', '5')).toBe(true)
    expect(await map.containsKey('c')).toBe(false)
    await map.clear()
    expect(await map.size()).toBe(0)
  })

  each('of lists holds equal values, in their order', async (grid, name) => {
    const map = grid.multiMap(`bag-${name}`)
    for (const value of ['2', '1', '2']) expect(await map.put('a', value)).toBe(true)
    expect(await map.get('a')).toEqual(['2', '1', '2'])
    expect(await map.remove('a', '2')).toBe(true)
    expect(await map.get('a')).toEqual(['1', '2'])
    expect(await map.valueCount('a')).toBe(2)
  })

  each('tells listeners what came and went, of all keys or one', async (grid, name) => {
    const map = grid.multiMap(name)
    const [all, some]: [MultiMapEvent<string, string>[], MultiMapEvent<string, string>[]] = [[], []]
    const subscription = await map.addEntryListener((event) => all.push(event))
    await map.addEntryListener((event) => some.push(event), 'a')
    await map.put('a', '1')
    await map.remove('a', '1')
    await map.put('b', '2')
    await until(() => all.length === 3 && some.length === 2)
    expect(some).toEqual([
      { change: 'added', key: 'a', value: '1' },
      { change: 'removed', key: 'a', value: '1' },
    ])
    expect(all).toContainEqual({ change: 'added', key: 'b', value: '2' })
    await subscription.cancel()
  })
}
