import { afterEach, describe, expect, test } from 'bun:test'
import type { EvictionSettings } from '../../../../../members/grid/settings.ts'
import type { GridMap } from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps, type MapsOptions } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const start = (eviction: EvictionSettings, options: MapsOptions = {}): GridMap<number, string> => {
  maps = startMaps({ partitionCount: 1, copyEvery: 100, settings: { eviction }, ...options })
  return maps.map<number, string>()
}

const fill = async (map: GridMap<number, string>, count: number, value = 'x'): Promise<void> => {
  for (let key = 0; key < count; key += 1) {
    maps.host.clock.advance(1)
    await map.set(key, value)
  }
}

describe('a map that is full', () => {
  test('keeps so many entries in a partition', async () => {
    const map = start({ policy: 'LRU', maxSizePolicy: 'PER_PARTITION', size: 20 })
    const evicted: number[] = []
    await map.addEntryListener({ evicted: ({ key }) => evicted.push(key) })
    await fill(map, 60)
    expect(await map.size()).toBe(20)
    expect(await map.containsKey(59)).toBe(true)
    expect(evicted).toHaveLength(40)
    expect((await map.getMapStats()).evictionCount).toBe(40)
  })
  test('shares so many entries of a member out to its partitions', async () => {
    const eviction = { policy: 'LRU', maxSizePolicy: 'PER_NODE', size: 40 } as const
    const map = start(eviction, { partitionCount: 4, dataMemberCount: () => 2 })
    await fill(map, 400)
    // Of 40 for each of two members, 20 for each of four partitions.
    for (const { primary } of maps.replicas()) expect(primary.sizes().entries).toBe(20)
  })
  test('gives up what was not read for long', async () => {
    const map = start({ policy: 'LRU', maxSizePolicy: 'PER_PARTITION', size: 10 })
    await fill(map, 10)
    for (let key = 10; key < 200; key += 1) {
      maps.host.clock.advance(1)
      expect(await map.get(3)).toBe('x')
      maps.host.clock.advance(1)
      await map.set(key, 'x')
    }
  })
  test('gives up what was read seldom', async () => {
    const map = start({ policy: 'LFU', maxSizePolicy: 'PER_PARTITION', size: 10 })
    await fill(map, 10)
    for (let at = 0; at < 5; at += 1) await map.get(3)
    await fill(map, 200)
    expect(await map.get(3)).toBe('x')
  })
  test('gives up anything by chance, but nothing that is locked', async () => {
    const map = start({ policy: 'RANDOM', maxSizePolicy: 'PER_PARTITION', size: 5 })
    await map.set(1000, 'locked')
    await map.lock(1000)
    await fill(map, 100)
    expect(await map.get(1000)).toBe('locked')
    expect(await map.size()).toBe(5)
  })
  test('keeps within its memory, whatever the values are', async () => {
    const map = start(
      { policy: 'LRU', maxSizePolicy: 'USED_HEAP_SIZE', size: 1 },
      { partitionCount: 2, copyEvery: 10_000 },
    )
    await fill(map, 300, 'x'.repeat(100))
    await fill(map, 60, 'x'.repeat(40_000))
    const bytes = maps.replicas().flatMap(({ primary, backup }) => [primary, backup])
    const held = bytes.reduce((sum, fragment) => sum + fragment.sizes().bytes, 0)
    expect(held).toBeLessThan(1.2 * 1024 * 1024)
    expect(await map.size()).toBeGreaterThan(3)
  })
  test('looks at the memory of the process', async () => {
    // The process holds more than the limit: all but what is written goes.
    const map = start(
      { policy: 'LRU', maxSizePolicy: 'FREE_HEAP_PERCENTAGE', size: 10 },
      { memoryLimitBytes: 1000 },
    )
    await fill(map, 10)
    expect(await map.size()).toBe(1)
    maps.close()
    const roomy = start(
      { policy: 'LRU', maxSizePolicy: 'FREE_HEAP_SIZE', size: 10 },
      { memoryLimitBytes: 2 ** 40 },
    )
    await fill(roomy, 10)
    expect(await roomy.size()).toBe(10)
  })
})
