import { afterEach, describe, expect, test } from 'bun:test'
import type { GridInvoker } from '../../../../../members/grid/operations/index.ts'
import { createStructures } from '../../../../../members/grid/facade.ts'
import {
  DEFAULT_NEAR_CACHE,
  nearCacheOf,
  type NearCacheSettings,
} from '../../../../../members/grid/settings.ts'
import {
  createGridMap,
  MapOperation,
  type GridMap,
} from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const SETTINGS: NearCacheSettings = {
  timeToLiveSeconds: 0,
  maxIdleSeconds: 0,
  invalidateOnChange: true,
  sizeMax: 10_000,
}

interface Near {
  readonly map: GridMap<string, number>
  /** Reads that went to the members. */
  readonly reads: () => number
  /** Answers to reads come only once this is resolved. */
  hold(until: Promise<void>): void
  /** From now on events do not come. */
  loseEvents(isLost: boolean): void
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A near cache that has begun to listen. */
const near = async (settings: Partial<NearCacheSettings> = {}): Promise<Near> => {
  let reads = 0
  let isLost = false
  let held: Promise<void> | undefined
  const { invoker } = maps
  const counting: GridInvoker = {
    ...invoker,
    invoke: async (invocation) => {
      if (invocation.operation === MapOperation.get) reads += 1
      const answer = await invoker.invoke(invocation)
      await held
      return answer
    },
    subscribe: (serviceId, name, filter, onEvent) =>
      invoker.subscribe(serviceId, name, filter, (event) => {
        if (!isLost) onEvent(event)
      }),
  }
  const nearCache = { settings: { ...SETTINGS, ...settings }, clock: maps.host.clock }
  const map = createGridMap<string, number>(counting, 'm', { nearCache })
  await map.get('not there')
  await settle()
  reads = 0
  return {
    map,
    reads: () => reads,
    hold: (until) => {
      held = until
    },
    loseEvents: (lost) => {
      isLost = lost
    },
  }
}

describe('a near cache', () => {
  test('answers what was read before, until it is changed by anybody', async () => {
    maps = startMaps()
    const other = maps.map<string, number>()
    const { map, reads } = await near()
    await other.set('a', 1)
    for (let at = 0; at < 3; at += 1) expect(await map.get('a')).toBe(1)
    expect(reads()).toBe(1)
    await other.set('a', 2)
    expect(await map.get('a')).toBe(2)
    await other.clear()
    expect(await map.get('a')).toBeNull()
    expect(reads()).toBe(3)
    const { hits, invalidations } = map.getNearCacheStats()!
    expect({ hits, invalidations }).toEqual({ hits: 2, invalidations: 2 })
  })
  test('shows the own changes at once', async () => {
    maps = startMaps()
    const { map, loseEvents } = await near()
    loseEvents(true)
    const changes: (() => Promise<unknown>)[] = [
      () => map.set('a', 2),
      () => map.remove('a'),
      () => map.putAll([['a', 3]]),
      () => map.clear(),
    ]
    await map.set('a', 1)
    const seen: unknown[] = [await map.get('a')]
    for (const change of changes) {
      await change()
      seen.push(await map.get('a'))
    }
    expect(seen).toEqual([1, 2, null, 3, null])
  })
  test('does not keep what was changed while it was read', async () => {
    maps = startMaps()
    const other = maps.map<string, number>()
    const { map, hold } = await near()
    await other.set('a', 1)
    const answer = Promise.withResolvers<void>()
    hold(answer.promise)
    const read = map.get('a')
    await other.set('a', 2)
    await settle()
    answer.resolve()
    expect(await read).toBe(1)
    expect(await map.get('a')).toBe(2)
  })
  test('finds out what it has missed by the next event, or within a minute', async () => {
    maps = startMaps({ partitionCount: 1 })
    const other = maps.map<string, number>()
    const { map, loseEvents } = await near()
    await other.set('a', 1)
    expect(await map.get('a')).toBe(1)
    loseEvents(true)
    await other.set('a', 2)
    expect(await map.get('a')).toBe(1)
    loseEvents(false)
    await other.set('b', 1)
    expect(await map.get('a')).toBe(2)
    loseEvents(true)
    await other.set('a', 3)
    maps.host.clock.advance(60_000)
    await map.get('a')
    await settle()
    expect(await map.get('a')).toBe(3)
  })
  test('starts over when another member becomes the primary', async () => {
    maps = startMaps({ partitionCount: 1 })
    const other = maps.map<string, number>()
    const { map, loseEvents } = await near()
    await other.set('a', 1)
    expect(await map.get('a')).toBe(1)
    loseEvents(true)
    await other.set('a', 2)
    maps.failOver()
    loseEvents(false)
    await other.set('b', 2)
    expect(await map.get('a')).toBe(2)
  })
  test('keeps the last that were used, and only for their time', async () => {
    maps = startMaps()
    const { map, reads } = await near({ sizeMax: 2, timeToLiveSeconds: 10, maxIdleSeconds: 4 })
    await map.setAll(['a', 'b', 'c'].map((key): [string, number] => [key, 1]))
    for (const key of ['a', 'b', 'a', 'c', 'a']) await map.get(key)
    expect(reads()).toBe(3)
    await map.get('b')
    expect(reads()).toBe(4)
    expect(map.getNearCacheStats()!.ownedEntryCount).toBe(2)
    for (let at = 0; at < 3; at += 1) {
      maps.host.clock.advance(3000)
      await map.get('a')
    }
    expect(reads()).toBe(4)
    maps.host.clock.advance(1000)
    await map.get('a')
    expect(reads()).toBe(5)
    maps.host.clock.advance(4000)
    await map.get('a')
    expect(reads()).toBe(6)
  })
  test('is there for the maps whose settings have one', async () => {
    maps = startMaps()
    const nearCaches = { 'near*': { timeToLiveSeconds: 5 } }
    const structures = createStructures(maps, {
      reliableTopics: {},
      nearCacheOf: (name) => nearCacheOf(nearCaches, name),
    })
    const map = structures.map<string, number>('nearby')
    expect(map.getNearCacheStats()).toBeDefined()
    expect(structures.map<string, number>('nearby')).toBe(map)
    expect(structures.map('nearby', { lockContext: 1 }).getNearCacheStats()).toBeUndefined()
    expect(structures.map('other').getNearCacheStats()).toBeUndefined()
    expect(() => structures.map('')).toThrow('needs a name')
    expect(nearCacheOf({ default: {} }, 'any')).toEqual(DEFAULT_NEAR_CACHE)
  })
  test('keeps nothing after it was closed', async () => {
    maps = startMaps()
    const { map, reads } = await near()
    await map.set('a', 1)
    await map.get('a')
    await map.close()
    await map.get('a')
    await map.get('a')
    expect(reads()).toBe(3)
  })
})
