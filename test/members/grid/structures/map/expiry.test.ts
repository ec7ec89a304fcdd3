import { afterEach, describe, expect, test } from 'bun:test'
import { startMaps, type Maps, type MapsOptions } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const start = (options?: MapsOptions): Maps => {
  maps = startMaps(options)
  return maps
}

const entriesHeld = (): number =>
  maps.replicas().reduce((sum, { primary }) => sum + primary.sizes().entries, 0)

/** Time passes without a tick: nothing but the calls sees it. */
const pass = (byMs: number): void => maps.host.clock.advance(byMs)

describe('an entry', () => {
  test('dies when its time to live is over, also before a tick', async () => {
    const map = start().map()
    await map.set('a', 1, { ttlMs: 1000 })
    pass(999)
    expect(await map.get('a')).toBe(1)
    pass(1)
    expect(await map.containsKey('a')).toBe(false)
    await map.set('a', 1, { ttlMs: 1000 })
    pass(1000)
    expect(await map.putIfAbsent('a', 2)).toBeNull()
    expect(await map.get('a')).toBe(2)
  })
  test('lives as the map says unless it was told otherwise', async () => {
    const map = start({ settings: { timeToLiveSeconds: 10 } }).map()
    await map.set('default', 1)
    await map.set('ever', 1, { ttlMs: 0 })
    await map.set('short', 1, { ttlMs: 1000 })
    await map.set('rewritten', 1)
    pass(1000)
    expect(await map.keySet()).toHaveLength(3)
    await map.set('rewritten', 2)
    pass(9000)
    expect((await map.keySet()).sort()).toEqual(['ever', 'rewritten'])
    expect(await map.size()).toBe(2)
    expect(await map.setTtl('rewritten', 5000)).toBe(true)
    expect(await map.setTtl('none', 5000)).toBe(false)
    pass(4999)
    expect(await map.containsValue(2)).toBe(true)
    pass(1)
    expect(await map.containsValue(2)).toBe(false)
    expect(await map.size()).toBe(1)
  })
  test('idles out unless it is read', async () => {
    const map = start({ settings: { maxIdleSeconds: 10 } }).map()
    await map.setAll([
      ['read', 1],
      ['idle', 1],
    ])
    await map.set('own', 1, { maxIdleMs: 2000 })
    for (let round = 0; round < 4; round += 1) {
      pass(4000)
      expect(await map.get('read')).toBe(1)
    }
    expect(await map.keySet()).toEqual(['read'])
  })
  test('idles out by its own time where the map has none', async () => {
    const map = start().map()
    await map.set('a', 1, { maxIdleMs: 1000 })
    for (let round = 0; round < 3; round += 1) {
      pass(800)
      expect(await map.get('a')).toBe(1)
    }
    pass(1000)
    expect(await map.get('a')).toBeNull()
  })
  test('that is read is still there after a loss of its primary', async () => {
    const map = start({ settings: { maxIdleSeconds: 10 } }).map()
    await map.set('a', 1)
    for (let round = 0; round < 5; round += 1) {
      pass(4000)
      expect(await map.get('a')).toBe(1)
      maps.failOver()
    }
    pass(10_000)
    expect(await map.get('a')).toBeNull()
  })
  test('is taken away by ticks', async () => {
    const map = start({ copyEvery: 100 }).map<number>()
    await map.setAll(Array.from({ length: 500 }, (_, at): [number, number] => [at, at]))
    for (let at = 0; at < 250; at += 1) await map.setTtl(at, 1000)
    expect(entriesHeld()).toBe(500)
    maps.advance(1000)
    expect(entriesHeld()).toBe(250)
  })
})
