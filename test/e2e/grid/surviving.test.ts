import { describe, expect, test } from 'bun:test'
import { connect, type Grid } from 'tidegate'
import { codeOf } from '../../members/wire/members.ts'
import { createSeededRandom } from '../../sim/host/index.ts'
import { type Master, startMasters } from './masters.ts'

/** The whole run of the issue is two minutes: TIDEGATE_KILL_SECONDS=120. */
const SECONDS = Number(process.env['TIDEGATE_KILL_SECONDS'] ?? 20)
const SEED = process.env['SEED'] ?? '20261122'
const WRITERS = 8
const ELEMENTS_MAX = 200

interface Counts {
  acknowledged: number
  reads: number
  kills: number
  stops: number
  /** How often calls failed, by code. */
  readonly failures: Map<string, number>
}

/** What a client may be told while members die: try again, or look whether it has happened. */
const MAY_BE_TOLD: readonly string[] = ['GRD-001', 'GRD-002', 'GRD-004', 'GRD-051', 'GRD-052']

const failureOf = (counts: Counts, thrown: unknown): void => {
  const code = String((thrown as { code?: string }).code ?? thrown)
  counts.failures.set(code, (counts.failures.get(code) ?? 0) + 1)
  if (!MAY_BE_TOLD.includes(code)) throw thrown
}

/** A call that is tried until it is acknowledged. */
const insist = async (
  counts: Counts,
  isOver: () => boolean,
  call: () => Promise<unknown>,
): Promise<boolean> => {
  for (;;) {
    try {
      await call()
      counts.acknowledged += 1
      return true
    } catch (thrown) {
      failureOf(counts, thrown)
    }
    if (isOver()) return false
  }
}

/** The highest number that is acknowledged of each key, and the keys and elements written once. */
interface Written {
  readonly numbers: Map<string, number>
  readonly keys: Map<string, number>
  readonly elements: Set<string>
  /** Increments: those acknowledged, and those that were tried. */
  added: number
  tried: number
}

/** Writes one thing after the other, and reads its own writes again, until it is over. */
const write = async (
  grid: Grid,
  id: number,
  written: Written,
  counts: Counts,
  isOver: () => boolean,
): Promise<void> => {
  const numbers = grid.map<string, number>('numbers')
  const once = grid.map<string, number>('once')
  const elements = grid.list<string>('elements')
  const counter = grid.atomicLong('counter')
  const own = `writer-${id}`
  for (let at = 1; !isOver(); at += 1) {
    const key = `${own}-${at}`
    if (await insist(counts, isOver, () => numbers.set(own, at))) written.numbers.set(own, at)
    if (await insist(counts, isOver, () => once.set(key, at))) written.keys.set(key, at)
    if (at <= ELEMENTS_MAX && (await insist(counts, isOver, () => elements.add(key)))) {
      written.elements.add(key)
    }
    written.tried += 1
    try {
      await counter.incrementAndGet()
      written.added += 1
      expect(await numbers.get(own)).toBe(at)
      counts.reads += 1
    } catch (thrown) {
      failureOf(counts, thrown)
    }
  }
}

const whenSafe = async (grid: Grid, members: number): Promise<void> => {
  for (;;) {
    try {
      if (grid.members().length === members && (await grid.isSafe())) return
    } catch {
      // The member that was asked has just gone.
    }
    await Bun.sleep(20)
  }
}

/** Kills a master at random, starts it again, and waits until every backup is where it should be. */
const wreck = async (
  masters: readonly Master[],
  grid: Grid,
  counts: Counts,
  isOver: () => boolean,
): Promise<void> => {
  const random = createSeededRandom(SEED)
  while (!isOver()) {
    await Bun.sleep(random.next() * 1000)
    const victim = masters[Math.floor(random.next() * masters.length)]!
    if (random.next() < 0.25) {
      expect(await victim.stop()).toBe(0)
      counts.stops += 1
    } else {
      await victim.kill()
      counts.kills += 1
    }
    await Bun.sleep(random.next() * 500)
    await victim.start()
    await whenSafe(grid, masters.length)
  }
}

const lostOf = async (grid: Grid, written: Written): Promise<string[]> => {
  const lost: string[] = []
  const numbers = grid.map<string, number>('numbers')
  for (const [key, least] of written.numbers) {
    const found = (await numbers.get(key)) ?? 0
    if (found < least) lost.push(`${key} is ${found}, ${least} was acknowledged`)
  }
  const keys = [...written.keys.keys()]
  const once = await grid.map<string, number>('once').getAll(keys)
  for (const key of keys) if (once.get(key) !== written.keys.get(key)) lost.push(key)
  const elements = new Set(await grid.list<string>('elements').toArray())
  for (const element of written.elements) if (!elements.has(element)) lost.push(element)
  const counted = Number(await grid.atomicLong('counter').get())
  if (counted < written.added || counted > written.tried) {
    lost.push(`counted ${counted}, not ${written.added} to ${written.tried}`)
  }
  return lost
}

describe('three masters', () => {
  test(
    'lose no acknowledged write while they are killed and started again at random',
    async () => {
      await using running = await startMasters()
      const { cluster, masters, addresses } = running
      await using grid = await connect({ cluster, members: addresses })
      await using other = await connect({ cluster, members: addresses })
      const counts: Counts = { acknowledged: 0, reads: 0, kills: 0, stops: 0, failures: new Map() }
      const written: Written = {
        numbers: new Map(),
        keys: new Map(),
        elements: new Set(),
        added: 0,
        tried: 0,
      }
      const endMs = performance.now() + SECONDS * 1000
      const isOver = (): boolean => performance.now() > endMs
      const writers = Array.from({ length: WRITERS }, (_, id) =>
        write(id % 2 === 0 ? grid : other, id, written, counts, isOver),
      )
      await Promise.all([wreck(masters, grid, counts, isOver), ...writers])
      await whenSafe(grid, masters.length)
      const lost = await lostOf(grid, written)
      const failures = [...counts.failures].map(([code, count]) => `${count} ${code}`).join(', ')
      console.log(
        `${SECONDS} s, ${counts.kills} kills, ${counts.stops} stops: ` +
          `${counts.acknowledged} writes acknowledged, ${lost.length} lost, ` +
          `${counts.reads} reads; refused or in doubt: ${failures === '' ? 'none' : failures}`,
      )
      expect(lost).toEqual([])
      expect(counts.kills).toBeGreaterThan(0)
    },
    SECONDS * 1000 + 120_000,
  )

  test('hand over all that they hold when they are told to end, without any backup', async () => {
    await using running = await startMasters({
      settings: {
        'hazelcast.map.default.backup-count': '0',
        'hazelcast.queue.default.backup-count': '0',
      },
    })
    const { cluster, masters, addresses } = running
    await using grid = await connect({ cluster, members: addresses })
    const map = grid.map<number, string>('m')
    const count = 2000
    await map.setAll(Array.from({ length: count }, (_, at) => [at, `value ${at}`] as const))
    for (let at = 0; at < 100; at += 1) await grid.queue('q').put(at)
    for (const master of masters) {
      expect(await master.stop()).toBe(0)
      expect(await map.size()).toBe(count)
      expect(await grid.queue('q').size()).toBe(100)
      await master.start()
      await whenSafe(grid, masters.length)
    }
    for (let at = 0; at < count; at += 97) expect(await map.get(at)).toBe(`value ${at}`)
  }, 120_000)

  test('end soon when all are told to end at once, and when two are killed before', async () => {
    const timed = async (running: readonly Master[]): Promise<number> => {
      const startMs = performance.now()
      expect(await Promise.all(running.map((master) => master.stop()))).toEqual(
        running.map(() => 0),
      )
      return performance.now() - startMs
    }
    await using together = await startMasters()
    expect(await timed(together.masters)).toBeLessThan(10_000)
    await using running = await startMasters()
    const [first, second, last] = running.masters as [Master, Master, Master]
    await Promise.all([first.kill(), second.kill()])
    expect(await timed([last])).toBeLessThan(20_000)
    expect(last.log()).toContain('without a majority of the masters')
  }, 60_000)

  test('refuse a client with another secret', async () => {
    const secret = { 'tidegate.cluster-secret': 'the right one' }
    await using running = await startMasters({ count: 2, settings: secret })
    const { cluster, addresses: members } = running
    expect(await codeOf(connect({ cluster, members, secret: 'a guess' }))).toBe('NET-002')
    await using grid = await connect({ cluster, members, secret: 'the right one' })
    await grid.map('m').set('a', 1)
    expect(await grid.map('m').get('a')).toBe(1)
  }, 60_000)
})

test('a cluster of one keeps what it is given, and ends at once', async () => {
  await using running = await startMasters({ count: 1 })
  const { cluster, masters, addresses: members } = running
  await using grid = await connect({ cluster, members, reconnectMode: 'OFF' })
  await grid.map('m').set('a', 1)
  expect(await grid.isSafe()).toBe(true)
  const startMs = performance.now()
  expect(await masters[0]!.stop()).toBe(0)
  expect(performance.now() - startMs).toBeLessThan(5000)
  expect(await codeOf(grid.map('m').get('a'))).toBe('GRD-050')
}, 60_000)
