import { describe, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiText } from '../../../deploy/cli/bundling/apiText.ts'
import {
  bundleOf,
  createBundleCache,
  createBundleSweep,
  takeCode,
} from '../../../jobs/bundles/index.ts'
import type { BundleMap } from '../../../jobs/bundles/bundleMap.ts'
import { createRealHost, type Host } from '../../../runtime/host/index.ts'
import { simulate } from '../../sim/host/index.ts'

const host = createRealHost()
const api = apiText()

interface Held {
  readonly text: string
  readonly setAtMs: number
}

/** The bundles of a grid, in memory. */
const memoryBundles = ({ clock }: Host) => {
  const held = new Map<string, Held>()
  const map: BundleMap = {
    get: async (hash) => held.get(hash)?.text,
    set: async (hash, text) => void held.set(hash, { text, setAtMs: clock.now() }),
    hashes: async () => [...held.keys()],
    removeSetBefore: async (hash, timeMs) => {
      if (held.get(hash)!.setAtMs < timeMs) held.delete(hash)
    },
  }
  return { held, map }
}

describe('uploaded code', () => {
  const JOB = `import { pipeline, sinks, sources } from 'tidegate'
    const rows = sources.connector('FakeSource', { schema: { table: 'shop.orders', fields: { id: 'int' } } })
    export default pipeline().readFrom(rows).writeTo(sinks.console())`

  const take = async (...texts: readonly string[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'bundles-'))
    try {
      const { held, map } = memoryBundles(host)
      const kept = join(folder, 'kept')
      const cache = createBundleCache({ host, map, folder: kept, keepsIdle: true })
      const options = { host, cache, folder: join(folder, 'uploads'), api }
      const taken = []
      for (const text of texts) taken.push(await takeCode(options, 'orders.ts', text))
      const uploads = await readdir(options.folder)
      return { taken, held, kept: await readdir(kept), uploads }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('is one bundle however often it comes, and only that is kept', async () => {
    const { taken, held, kept, uploads } = await take(JOB, JOB)
    expect(taken[0]!.bundle).toBe(taken[1]!.bundle)
    expect([...held.keys()]).toEqual([taken[0]!.bundle])
    expect(kept).toEqual([`${taken[0]!.bundle}.js`])
    expect(uploads).toEqual([])
  })

  test('that was bundled before stays as it is', async () => {
    const { held } = await take(JOB)
    const [[bundle, { text }]] = [...held] as [[string, Held]]
    const { taken } = await take(text)
    expect(taken[0]!.bundle).toBe(bundle)
  })

  test('tells the tables that are known before it runs', async () => {
    const { taken } = await take(JOB)
    expect(taken[0]!.tablePaths).toEqual([['shop.orders'], ['shop.orders']])
  })
})

describe('the bundles on a member', () => {
  const open = async (on: Host, keepsIdle: boolean) => {
    const { held, map } = memoryBundles(on)
    const cache = createBundleCache({ host: on, map, folder: '/bundles', keepsIdle })
    const bundle = bundleOf('export default 1')
    await cache.distribute(bundle)
    const isThere = async (): Promise<boolean> =>
      (await on.disk.stat(`/bundles/${bundle.hash}.js`)) !== undefined
    return { cache, hash: bundle.hash, held, isThere }
  }

  test('are removed with their last job unless they are kept', () =>
    simulate(1, async (world) => {
      for (const keepsIdle of [true, false]) {
        const { host: on } = world.machine(`keeps ${keepsIdle}`)
        const { cache, hash, isThere } = await open(on, keepsIdle)
        for (let job = 0; job < 2; job += 1) {
          cache.retain(hash)
          await cache.pathOf(hash)
        }
        cache.release(hash)
        await world.sleep(1_000)
        expect(await isThere()).toBe(true)
        cache.release(hash)
        await world.sleep(1_000)
        expect(await isThere()).toBe(keepsIdle)
      }
    }))

  test('are fetched once more when a job begins while they are removed', () =>
    simulate(2, async (world) => {
      const { host: quick } = world.machine('a')
      const remove: Host['disk']['remove'] = async (path) => {
        await quick.clock.sleep(100)
        await quick.disk.remove(path)
      }
      const slow = { ...quick, disk: { ...quick.disk, remove } }
      const { cache, hash, isThere } = await open(slow, false)
      cache.retain(hash)
      await cache.pathOf(hash)
      cache.release(hash)
      cache.retain(hash)
      await cache.pathOf(hash)
      await world.sleep(1_000)
      expect(await isThere()).toBe(true)
    }))
})

describe('the bundles in the grid', () => {
  const open = (on: Host) => {
    const { held, map } = memoryBundles(on)
    return { held, map, sweep: createBundleSweep(on.clock, map) }
  }

  test('go when no job has needed them for a while', () =>
    simulate(3, async (world) => {
      const { held, map, sweep } = open(world.machine('a').host)
      await map.set('used', 'a')
      await map.set('unused', 'b')
      const used = new Set(['used'])
      const sweepFor = async (seconds: number): Promise<void> => {
        for (let second = 0; second <= seconds; second += 30) {
          await sweep((hash) => used.has(hash))
          await world.sleep(30_000)
        }
      }
      await sweepFor(30)
      expect([...held.keys()]).toEqual(['used', 'unused'])
      await sweepFor(30)
      expect([...held.keys()]).toEqual(['used'])
      used.clear()
      await sweepFor(90)
      expect(held.size).toBe(0)
    }))

  test('stay when they have just come once more', () =>
    simulate(4, async (world) => {
      const { held, map, sweep } = open(world.machine('a').host)
      await map.set('again', 'a')
      await sweep(() => false)
      await world.sleep(61_000)
      await map.set('again', 'a')
      await sweep(() => false)
      expect(held.size).toBe(1)
    }))
})
