import { describe, expect, test } from 'bun:test'
import { join } from '../../../../deploy/embedded/index.ts'
import {
  type UserMapStore,
  shareStore,
  adaptUserStore,
} from '../../../../members/grid/mapstores/index.ts'
import { createRealHost } from '../../../../runtime/host/index.ts'
import { aloneWith, storeSettings } from '../../../contract/mapStoreContract.ts'
import { freePort } from '../../../servers/freePorts.ts'
import { startMaps } from '../structures/map/maps.ts'

const KEYS = Array.from({ length: 60 }, (_, at) => `key ${at}`)

/** A store that counts what it is asked for, and loads many keys no earlier than it is let. */
const createCounting = () => {
  const entries = new Map<unknown, unknown>(KEYS.map((key, at) => [key, at]))
  const loads = new Map<unknown, number>()
  const gate = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const state = { listings: 0, failures: 0 }
  const note = (key: unknown): void => void loads.set(key, (loads.get(key) ?? 0) + 1)
  const implementation: UserMapStore = {
    load: (key) => {
      note(key)
      return entries.get(key)
    },
    loadAll: async (keys) => {
      for (const key of keys) note(key)
      const found = new Map(
        keys.flatMap((key) => (entries.has(key) ? [[key, entries.get(key)]] : [])),
      )
      asked.resolve()
      await gate.promise
      return found
    },
    loadAllKeys: () => {
      state.listings += 1
      if (state.failures > 0) {
        state.failures -= 1
        throw new Error('the list is not to be found')
      }
      return [...entries.keys()]
    },
    store: (key, value) => void entries.set(key, value),
    delete: (key) => void entries.delete(key),
  }
  return { entries, loads, asked: asked.promise, release: gate.resolve, state, implementation }
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (thrown: { code?: string }) => thrown.code ?? String(thrown),
  )

describe('LAZY', () => {
  test('a key is answered while the others are loaded; who needs all waits', async () => {
    const { implementation, asked, release, loads } = createCounting()
    const settings = storeSettings({ implementation, initialMode: 'LAZY' })
    await using grid = await aloneWith({ settings }, { partitionCount: 2 })
    const map = grid.map<string, number>('kept')
    let isCounted = false
    const size = map.size().then((count) => {
      isCounted = true
      return count
    })
    await asked
    expect(await map.get('nobody')).toBeNull()
    await map.set('new', 1)
    expect(await map.get('new')).toBe(1)
    expect(isCounted).toBe(false)
    release()
    expect(await size).toBe(KEYS.length + 1)
    expect(await map.get('key 7')).toBe(7)
    expect(KEYS.map((key) => loads.get(key))).toEqual(KEYS.map(() => 1))
  })

  test('the first use loads all of the map', async () => {
    const { implementation, release, loads } = createCounting()
    release()
    const settings = storeSettings({ implementation, initialMode: 'LAZY' })
    await using grid = await aloneWith({ settings })
    expect(await grid.map('kept').get('nobody')).toBeNull()
    while (loads.size <= KEYS.length) await Bun.sleep(1)
    expect([...loads.values()]).toEqual([...loads.values()].fill(1))
  })

  test('what is written or removed meanwhile is not undone by what was loaded before', async () => {
    const { implementation, asked, release, entries } = createCounting()
    const settings = storeSettings({ implementation, initialMode: 'LAZY' })
    await using grid = await aloneWith({ settings }, { partitionCount: 1 })
    const map = grid.map<string, number>('kept')
    const size = map.size()
    await asked
    await map.set('key 1', -1)
    await map.set('key 2', -2)
    await map.delete('key 2')
    await map.set('key 3', -3)
    await map.evict('key 3')
    release()
    await size
    expect(await map.get('key 1')).toBe(-1)
    expect(await map.get('key 2')).toBeNull()
    expect(await map.get('key 3')).toBe(-3)
    expect(await map.size()).toBe(KEYS.length - 1)
    expect(entries.has('key 2')).toBe(false)
  })

  test('a key that is written while it is looked for is what was written', async () => {
    const { implementation, release } = createCounting()
    release()
    const [looked, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const slow: UserMapStore = {
      ...implementation,
      loadAllKeys: () => [],
      load: async (key) => {
        const found = await implementation.load!(key)
        looked.resolve()
        await mayAnswer.promise
        return found
      },
    }
    await using grid = await aloneWith({ settings: storeSettings({ implementation: slow }) })
    const map = grid.map<string, number>('kept')
    expect(await map.size()).toBe(0)
    const before = map.get('key 1')
    await looked.promise
    await map.set('key 1', -1)
    await map.delete('key 1')
    mayAnswer.resolve()
    expect(await before).toBeNull()
    expect(await map.size()).toBe(0)
  })

  test('a store that cannot tell its keys is told to who needs all, and asked again', async () => {
    const { implementation, state, release } = createCounting()
    release()
    state.failures = 1
    const settings = storeSettings({ implementation, initialMode: 'LAZY' })
    await using grid = await aloneWith({ settings }, { partitionCount: 1 })
    const map = grid.map<string, number>('kept')
    expect(await codeOf(map.size())).toBe('GRD-041')
    expect(await map.get('key 5')).toBe(5)
    expect(await map.size()).toBe(KEYS.length)
  })
})

describe('EAGER', () => {
  test('a call waits until all partitions are loaded', async () => {
    const { implementation, asked, release, loads } = createCounting()
    await using grid = await aloneWith({ settings: storeSettings({ implementation }) })
    const map = grid.map<string, number>('kept')
    let isWritten = false
    const written = map.set('new', 1).then(() => {
      isWritten = true
    })
    await asked
    // Each partition has keys, and none of them is loaded before the gate is open.
    while (loads.size < KEYS.length) await Bun.sleep(1)
    expect(isWritten).toBe(false)
    release()
    await written
    expect(await map.size()).toBe(KEYS.length + 1)
    expect([...loads.values()]).toEqual(KEYS.map(() => 1))
  })

  test('the keys of all are loaded by their owners, each once', async () => {
    const { implementation, release, loads, state } = createCounting()
    release()
    const maps = { 'kept*': { mapStore: storeSettings({ implementation }) } }
    const ports = [freePort(), freePort()]
    const options = { members: ports.map((port) => `127.0.0.1:${port}`), partitionCount: 7, maps }
    await using one = await join({ ...options, port: ports[0]! })
    await using two = await join({ ...options, port: ports[1]! })
    while (!((await one.isSafe()) && (await two.isSafe()))) await Bun.sleep(1)
    const counts = await Promise.all([one, two].map((grid) => grid.map('kept').size()))
    expect(counts).toEqual([KEYS.length, KEYS.length])
    expect(KEYS.map((key) => loads.get(key))).toEqual(KEYS.map(() => 1))
    expect(state.listings).toBe(2)
  })

  test('a store that fails is told, and asked again by the next call', async () => {
    const { implementation, state, release } = createCounting()
    release()
    state.failures = 1
    await using grid = await aloneWith({ settings: storeSettings({ implementation }) })
    const map = grid.map<string, number>('kept')
    expect(await codeOf(map.get('key 1'))).toBe('GRD-041')
    expect(await map.get('key 1')).toBe(1)
  })
})

test('a partition that has begun is kept, though it is empty, until the map is destroyed', async () => {
  const host = createRealHost()
  const shared = shareStore({
    clock: host.clock,
    store: adaptUserStore({}),
    mapName: 'm',
    partitionCount: 1,
    beginAll: async () => {},
    note: () => {},
  })
  const maps = startMaps({
    partitionCount: 1,
    settings: { mapStore: storeSettings({ initialMode: 'LAZY' }) },
    storeOf: () => shared,
  })
  const map = maps.map<string, number>()
  expect(await map.size()).toBe(0)
  const [replica] = maps.replicas()
  expect(replica!.primary.isEmpty()).toBe(false)
  await map.destroy()
  expect(replica!.primary.isEmpty()).toBe(true)
  maps.close()
})
