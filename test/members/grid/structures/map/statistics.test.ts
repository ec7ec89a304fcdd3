import { afterEach, expect, test } from 'bun:test'
import { DEFAULT_GRID } from '../../../../../members/grid/settings.ts'
import { RecordArena } from '../../../../../members/grid/store/index.ts'
import {
  createGridMap,
  createMapStructure,
} from '../../../../../members/grid/structures/map/index.ts'
import { createGridHarness } from '../../../../contract/gridHarness.ts'
import { startMaps, type Maps } from './maps.ts'

let maps: Maps | undefined
afterEach(() => maps?.close())

test('what was done with a map is counted', async () => {
  maps = startMaps({ partitionCount: 271 })
  const map = maps.map<string, number>()
  const startMs = maps.host.clock.now()
  await map.set('a', 1)
  maps.advance(10)
  await map.put('b', 2, { ttlMs: 100 })
  await map.get('a')
  await map.get('none')
  await map.lock('a')
  await map.remove('a')
  maps.advance(100)
  const { ownedEntryMemoryCostBytes, ...statistics } = await map.getMapStats()
  expect(ownedEntryMemoryCostBytes).toBeGreaterThanOrEqual(0)
  expect(statistics).toEqual({
    ownedEntryCount: 0,
    lockedEntryCount: 1,
    getOperationCount: 2,
    hits: 1,
    putOperationCount: 1,
    setOperationCount: 1,
    removeOperationCount: 1,
    evictionCount: 0,
    expirationCount: 1,
    lastAccessTimeMs: startMs + 10,
    lastUpdateTimeMs: startMs + 110,
  })
  expect(map.getNearCacheStats()).toBeUndefined()
})

test('a map that is not to be counted tells only what it holds', async () => {
  maps = startMaps({ settings: { statisticsEnabled: false } })
  const map = maps.map<string, number>()
  await map.set('a', 1)
  const statistics = await map.getMapStats()
  expect(statistics.ownedEntryCount).toBe(1)
  expect(statistics.setOperationCount).toBe(0)
})

test('a member tells what it holds of a map in the partitions that it owns', async () => {
  const structure = createMapStructure({
    settings: { ...DEFAULT_GRID, partitionCount: 3 },
    arena: new RecordArena(),
    processors: {},
    memoryLimitBytes: 2 ** 30,
    dataMemberCount: () => 1,
  })
  const harness = createGridHarness([structure], { partitionCount: 3, copyEvery: 100 })
  const map = createGridMap<number, number>(harness.invoker, 'm')
  await map.putAll(Array.from({ length: 30 }, (_, at): [number, number] => [at, at]))
  await createGridMap(harness.invoker, 'other').set(1, 1)
  const owned = (partition: number) =>
    structure.localMapStats('m', (other) => other === partition).ownedEntryCount
  // The harness holds each partition twice in one process: the primary and its backup.
  expect(owned(0) + owned(1) + owned(2)).toBe(60)
  expect(owned(0)).toBeLessThan(60)
  harness.close()
  expect(owned(0)).toBe(0)
})
