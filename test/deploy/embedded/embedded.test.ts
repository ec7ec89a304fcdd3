import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import {
  aggregations,
  connect,
  type ConnectOptions,
  type EntryProcessors,
  type Grid,
  join,
  type JoinOptions,
  predicates,
  type ProcessedEntry,
} from 'tidegate'
import { DEFAULT_NEAR_CACHE } from '../../../members/grid/settings.ts'
import { codeOf } from '../../members/wire/members.ts'

const CLUSTER = `embedded-${process.pid}`
const open: Grid[] = []

afterEach(async () => {
  for (const grid of open.splice(0).toReversed()) await grid.close()
})

const kept = async (grid: Promise<Grid>): Promise<Grid> => {
  open.push(await grid)
  return open.at(-1)!
}

const addressOf = (grid: Grid): string => {
  const { host, port } = grid.members().find(({ id }) => id !== '')!.address
  return `${host}:${port}`
}

const first = (options: JoinOptions = {}): Promise<Grid> =>
  kept(join({ cluster: CLUSTER, members: [], port: 0, ...options }))

const next = (of: Grid, options: JoinOptions = {}): Promise<Grid> =>
  first({ members: [addressOf(of)], ...options })

const client = (of: Grid, options: ConnectOptions = {}): Promise<Grid> =>
  kept(connect({ cluster: CLUSTER, members: [addressOf(of)], ...options }))

describe('a program', () => {
  test('becomes a member, alone or of a cluster, and clients see the same', async () => {
    const one = await first()
    await one.map('m').set('a', { deep: [1, 2n, 'x'] })
    const two = await next(one)
    expect(two.members().length).toBe(2)
    expect(await two.map('m').get('a')).toEqual({ deep: [1, 2n, 'x'] })
    const three = await client(two)
    await three.map('m').set('b', 2)
    expect(await one.map('m').size()).toBe(2)
    await three.set('s').add('x')
    await three.list('l').add('y')
    expect(await two.list('l').toArray()).toEqual(['y'])
    expect(await one.set('s').contains('x')).toBe(true)
    await three.map('people').set('ada', { age: 36 })
    const { equal, sql } = predicates
    expect(await two.map('people').keySet(equal('age', 36))).toEqual(['ada'])
    expect(await one.map('people').aggregate(aggregations.max('age'), sql('age > 30'))).toBe(36)
    expect(await three.flakeIdGenerator('ids').newId()).toBeGreaterThan(0n)
    const fence = await two.lock('door').lock()
    expect(await one.lock('door').tryLock(0)).toBeNull()
    await two.lock('door').unlock(fence)
    await one.ringbuffer('r').add('z')
    expect(await three.ringbuffer('r').readOne(0)).toBe('z')
  })

  test('configures structures by name, with wildcards', async () => {
    const grid = await first({
      queues: { 'small*': { sizeMax: 1 }, default: { sizeMax: 2 } },
      maps: { brief: { timeToLiveSeconds: 1 } },
    })
    const small = grid.queue('small-one')
    expect([await small.offer(1), await small.offer(2)]).toEqual([true, false])
    const other = grid.queue('other')
    expect([await other.offer(1), await other.offer(2), await other.offer(3)]).toEqual([
      true,
      true,
      false,
    ])
    const view = async (name: string) => {
      await grid.map(name).set('k', 1)
      return (await grid.map(name).getEntryView('k'))!.ttlMs
    }
    expect(await view('brief')).toBe(1000)
    expect(await view('long')).toBe(0)
  })

  test('gives members functions that callers name', async () => {
    const processors: EntryProcessors = {
      raise: (entry: ProcessedEntry, by) => {
        const raised = Number(entry.value ?? 0) + Number(by)
        entry.setValue(raised)
        return raised
      },
    }
    const one = await first({ processors })
    await next(one, { processors })
    const outside = await client(one)
    const map = outside.map<string, number>('salaries')
    await map.set('ada', 100)
    expect(await map.executeOnKey<number>('ada', 'raise', 20)).toBe(120)
    expect(await one.map('salaries').get('ada')).toBe(120)
  })

  test('keeps near what it reads, and drops what others change', async () => {
    const nearCache = { ...DEFAULT_NEAR_CACHE, sizeMax: 100 }
    const one = await first({ maps: { near: { nearCache } } })
    const outside = await client(one, { nearCaches: { near: { sizeMax: 10 } } })
    for (const grid of [one, outside]) {
      const map = grid.map<string, number>('near')
      await map.set('k', 1)
      // It keeps nothing before it hears of changes; and every `map` of a name is the same one.
      while (grid.map('near').getNearCacheStats()!.hits === 0) await map.get('k')
    }
    await one.map('near').set('k', 2)
    while ((await outside.map('near').get('k')) !== 2) await Bun.sleep(1)
  })

  test('hands over what it holds when it closes, without any backup', async () => {
    const maps = { default: { backupCount: 0 } }
    const one = await first({ maps })
    const map = one.map<number, number>('m')
    await Promise.all(Array.from({ length: 200 }, (_, at) => map.set(at, at)))
    const two = await next(one, { maps })
    const outside = await client(two)
    await one.close()
    expect(await two.map('m').size()).toBe(200)
    expect(await outside.map('m').get(123)).toBe(123)
  })

  test('reads a file of Hazelcast, which what it gives itself wins over', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'tidegate-embedded-'))
    try {
      const file = joinPath(folder, 'hazelcast.yaml')
      const yaml = `hazelcast: { cluster-name: other, queue: { q: { max-size: 1 }, p: { max-size: 1 } } }`
      await Bun.write(file, yaml)
      const grid = await first({ config: file, queues: { p: { sizeMax: 2 } } })
      expect(grid.clusterName).toBe(CLUSTER)
      const room = (name: string): Promise<number> => grid.queue(name).remainingCapacity()
      expect([await room('q'), await room('p')]).toEqual([1, 2])
      const clientFile = joinPath(folder, 'hazelcast-client.yaml')
      await Bun.write(
        clientFile,
        `hazelcast-client:\n  cluster-name: ${CLUSTER}\n  network: { cluster-members: ["${addressOf(grid)}"] }`,
      )
      const outside = await kept(connect({ config: clientFile }))
      expect(await outside.queue('q').remainingCapacity()).toBe(1)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('is told in one sentence what keeps it out', async () => {
    const grid = await first({ secret: 'one' })
    const members = [addressOf(grid)]
    const retry = { clusterConnectTimeoutMs: 300, initialBackoffMs: 50 }
    expect(await codeOf(connect({ cluster: CLUSTER, members, secret: 'two' }))).toBe('NET-002')
    expect(await codeOf(connect({ cluster: 'x', members, secret: 'one' }))).toBe('NET-001')
    expect(await codeOf(connect({ cluster: CLUSTER, members: ['127.0.0.1:1'], retry }))).toBe(
      'GRD-050',
    )
    expect(await codeOf(join({ cluster: CLUSTER, members, port: 0, secret: 'two' }))).toBe(
      'NET-002',
    )
    expect(() => grid.map('')).toThrow('a name')
  })

  test('is refused what it asks after its end', async () => {
    const grid = await first()
    const outside = await client(grid)
    const map = outside.map('m')
    await outside.close()
    expect(await codeOf(map.get('a'))).toBe('GRD-051')
  })
})
