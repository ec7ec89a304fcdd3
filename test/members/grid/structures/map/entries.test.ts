import { afterEach, describe, expect, test } from 'bun:test'
import { startMaps, type Maps, type MapsOptions } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const start = (options?: MapsOptions): Maps => {
  maps = startMaps(options)
  return maps
}

describe('one key', () => {
  test('is written, read and removed', async () => {
    const map = start().map()
    expect(await map.get('a')).toBeNull()
    expect(await map.put('a', 1)).toBeNull()
    expect(await map.put('a', 2)).toBe(1)
    await map.set('a', { deep: [1n, 'x'] })
    expect(await map.get('a')).toEqual({ deep: [1n, 'x'] })
    expect(await map.containsKey('a')).toBe(true)
    expect(await map.remove('a')).toEqual({ deep: [1n, 'x'] })
    expect(await map.remove('a')).toBeNull()
    expect(await map.containsKey('a')).toBe(false)
    await map.set('a', 1)
    await map.delete('a')
    expect(await map.get('a')).toBeNull()
  })
  test('is written only under a condition', async () => {
    const map = start().map()
    expect(await map.replace('a', 1)).toBeNull()
    expect(await map.get('a')).toBeNull()
    expect(await map.putIfAbsent('a', 1)).toBeNull()
    expect(await map.putIfAbsent('a', 2)).toBe(1)
    expect(await map.replace('a', 3)).toBe(1)
    expect(await map.replaceIfSame('a', 1, 4)).toBe(false)
    expect(await map.replaceIfSame('a', 3, 4)).toBe(true)
    expect(await map.removeIfSame('a', 3)).toBe(false)
    expect(await map.removeIfSame('a', 4)).toBe(true)
    expect(await map.get('a')).toBeNull()
    expect(await map.tryPut('a', 5, 0)).toBe(true)
    expect(await map.tryRemove('a', 0)).toBe(true)
    expect(await map.tryRemove('a', 0)).toBe(false)
    await map.putTransient('a', 6)
    expect(await map.get('a')).toBe(6)
    expect(await map.evict('a')).toBe(true)
    expect(await map.evict('a')).toBe(false)
  })
  test('is not null, nor is its value', () => {
    const map = start().map<unknown>()
    expect(async () => map.get(null)).toThrow('A key of the map `m` is null')
    expect(async () => map.set('a', undefined)).toThrow('A value of the map `m` is null')
  })
  test('is seen with what is known about it', async () => {
    const { map: mapOf, advance, host } = start({ settings: { perEntryStatsEnabled: true } })
    const map = mapOf()
    expect(await map.getEntryView('a')).toBeNull()
    const createdMs = host.clock.now()
    await map.set('a', 'one')
    advance(10)
    await map.set('a', 'two', { ttlMs: 5000 })
    advance(10)
    await map.get('a')
    expect(await map.getEntryView('a')).toEqual({
      key: 'a',
      value: 'two',
      costBytes: 8 + 4 + 1 + 8 + 4 + 3,
      hits: 1,
      version: 1,
      creationTimeMs: createdMs,
      lastUpdateTimeMs: createdMs + 10,
      lastAccessTimeMs: createdMs + 20,
      expirationTimeMs: createdMs + 5010,
      ttlMs: 5000,
      maxIdleMs: 0,
    })
  })
})

describe('many keys', () => {
  test('are written and read at once', async () => {
    const map = start().map<number, string>()
    const all = Array.from({ length: 300 }, (_, at): [number, string] => [at, `v${at}`])
    await map.putAll(all)
    expect(await map.size()).toBe(300)
    expect(await map.isEmpty()).toBe(false)
    expect(await map.getAll([1, 2, 1000])).toEqual(
      new Map([
        [1, 'v1'],
        [2, 'v2'],
      ]),
    )
    expect(await map.containsValue('v299')).toBe(true)
    expect(await map.containsValue('v300')).toBe(false)
    const byKey = (entries: [number, string][]) => entries.sort(([a], [b]) => a - b)
    expect(byKey(await map.entrySet())).toEqual(all)
    expect(byKey(await Array.fromAsync(map))).toEqual(all)
    expect((await map.keySet()).sort((a, b) => a - b)).toEqual(all.map(([key]) => key))
    expect((await map.values()).sort()).toEqual(all.map(([, value]) => value).sort())
  })
  test('are written and read in several calls where they are large', async () => {
    const map = start({ copyEvery: 1000, partitionCount: 2 }).map<number, string>()
    const value = 'x'.repeat(100_000)
    const all = Array.from({ length: 40 }, (_, at): [number, string] => [at, `${at}${value}`])
    await map.putAll(all)
    expect(await map.getAll(Array.from({ length: 41 }, (_, at) => at))).toEqual(new Map(all))
  })
  test('are iterated in pages', async () => {
    const map = start({ copyEvery: 50 }).map<number, string>()
    const value = 'x'.repeat(2000)
    await map.setAll(Array.from({ length: 400 }, (_, at): [number, string] => [at, value]))
    const keys = new Set<number>()
    for await (const [key] of map.iterator()) {
      keys.add(key)
      await map.delete(key)
    }
    expect(keys.size).toBe(400)
    expect(await map.size()).toBe(0)
  })
  test('are cleared, save those that are locked', async () => {
    const { map: mapOf } = start()
    const map = mapOf<number, number>()
    for (const clearing of ['clear', 'evictAll'] as const) {
      await map.putAll(Array.from({ length: 50 }, (_, at): [number, number] => [at, at]))
      await map.lock(7)
      await map[clearing]()
      expect(await map.entrySet()).toEqual([[7, 7]])
      await map.unlock(7)
    }
    await map.lock(7)
    await map.destroy()
    expect(await map.isLocked(7)).toBe(false)
    expect(await map.isEmpty()).toBe(true)
    expect(maps.replicas().every(({ primary }) => primary.isEmpty())).toBe(true)
  })
  test('survive the loss of the primaries', async () => {
    const { map: mapOf, failOver } = start()
    const map = mapOf<number, number>()
    await map.putAll(Array.from({ length: 50 }, (_, at): [number, number] => [at, at]))
    failOver()
    failOver()
    expect(await map.size()).toBe(50)
    expect(await map.get(30)).toBe(30)
  })
})
