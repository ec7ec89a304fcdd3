import { describe, expect, test } from 'bun:test'
import { ByteSink, ByteSource } from '../../../members/grid/bytes/index.ts'
import { simulate } from '../../sim/host/index.ts'
import { codeOf, fragmentOf, get, put, startGrids } from './gridMembers.ts'

const MEGABYTE = 2 ** 20

describe('a change', () => {
  test('is answered on one member alone', () =>
    simulate(1, async (world) => {
      const { grids, adopt, tables } = await startGrids(world, { masters: 1, backupCount: 1 })
      adopt(1, [0])
      expect(await put(grids[0]!, 'k', 'v')).toBeUndefined()
      expect(await put(grids[0]!, 'k', 'w')).toBe('v')
      expect(await get(grids[0]!, 'k')).toBe('w')
      expect(tables[0]!.inSync.get(0)).toBe(1)
    }))

  test('is answered when the backup has it, and not before', () =>
    simulate(2, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      expect(await put(grids[2]!, 'k', 'v')).toBeUndefined()
      expect(fragmentOf(grids[1]!)!.digest()).toBe(fragmentOf(grids[0]!)!.digest())
      expect(fragmentOf(grids[2]!)).toBeUndefined()
      const heal = world.network.partition([machines[0]!], [machines[1]!])
      let isAnswered = false
      const second = put(grids[2]!, 'k', 'w').then(() => {
        isAnswered = true
      })
      // Who reads it must not know more than the backup either.
      const reading = get(grids[2]!, 'k')
      await world.sleep(1000)
      expect(isAnswered).toBe(false)
      heal()
      await second
      expect(await reading).toBe('w')
    }))

  test('waits no more for a backup that the row does not name any more', () =>
    simulate(3, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      await put(grids[0]!, 'k', 'v')
      world.network.partition([machines[0]!], [machines[1]!])
      const second = put(grids[0]!, 'k', 'w')
      await world.sleep(100)
      adopt(2, [0, 2])
      expect(await second).toBe('v')
    }))

  test('is in doubt when its primary dies; what may run twice runs again', () =>
    simulate(4, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      await put(grids[2]!, 'k', 'v')
      world.network.partition([machines[0]!], [machines[1]!])
      const once = codeOf(put(grids[2]!, 'k', 'w'))
      const again = put(grids[2]!, 'l', 'x', { isIdempotent: true })
      await world.sleep(100)
      machines[0]!.kill()
      await world.sleep(100)
      adopt(2, [1])
      expect(await once).toBe('GRD-002')
      expect(await again).toBeUndefined()
      expect(await get(grids[2]!, 'k')).toBe('v')
    }))

  test('is refused by a primary that a newer row has replaced, though it does not know', () =>
    simulate(5, async (world) => {
      const { grids, tables, ids } = await startGrids(world, { masters: 3, backupCount: 1 })
      const old = { version: 1, replicas: [ids[0]!, ids[1]!], next: undefined }
      for (const { table } of tables) table.adopt(0, old)
      await put(grids[0]!, 'k', 'v')
      const row = { version: 2, replicas: [ids[1]!, ids[2]!], next: undefined }
      for (const { table } of tables.slice(1)) table.adopt(0, row)
      expect(await codeOf(put(grids[0]!, 'k', 'w'))).toBe('GRD-002')
      expect(tables[0]!.table.row(0)).toEqual(row)
      expect(await get(grids[0]!, 'k')).toBe('v')
      expect(fragmentOf(grids[0]!)).toBeUndefined()
    }))

  test('is not acknowledged by a backup that must not know the row that led to it', () =>
    simulate(6, async (world) => {
      const { grids, tables, adopt, ids } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      await put(grids[0]!, 'k', 'v')
      tables[1]!.promise(10)
      tables[0]!.table.adopt(0, { version: 2, replicas: [ids[0]!, ids[1]!], next: undefined })
      let isAnswered = false
      const second = put(grids[0]!, 'k', 'w').then(() => {
        isAnswered = true
      })
      await world.sleep(2000)
      expect(isAnswered).toBe(false)
      adopt(10, [0, 1])
      await second
      expect(fragmentOf(grids[1]!)!.digest()).toBe(fragmentOf(grids[0]!)!.digest())
    }))

  test('waits where too much is not acknowledged, and goes on when there is room', () =>
    simulate(7, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      await put(grids[0]!, 'k', 'v')
      const heal = world.network.partition([machines[0]!], [machines[1]!])
      const large = 'x'.repeat(MEGABYTE)
      const all = Array.from({ length: 40 }, (_, at) => put(grids[0]!, `k${at}`, large))
      await world.sleep(1000)
      expect(grids[0]!.statistics().unacknowledgedBytes).toBeLessThan(34 * MEGABYTE)
      heal()
      await Promise.all(all)
      expect(fragmentOf(grids[1]!)!.sizes().entries).toBe(41)
      await world.until('all there', () => grids[0]!.statistics().unacknowledgedBytes === 0, 5000)
    }))
})

describe('a backup', () => {
  test('takes over, and a new one is filled in pieces while changes go on', () =>
    simulate(8, async (world) => {
      const { grids, adopt, inSync } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      const part = 'x'.repeat(100_000)
      for (let at = 0; at < 40; at += 1) await put(grids[0]!, `k${at}`, part)
      await inSync(0, 1)
      adopt(2, [1, 2])
      let isSynced = false
      const synced = inSync(1, 2).then(() => {
        isSynced = true
      })
      let changes = 0
      while (!isSynced) {
        await put(grids[0]!, `k${world.random.integer(60)}`, `changed ${changes}`)
        changes += 1
        expect(grids[1]!.statistics().unacknowledgedBytes).toBeLessThan(2 * MEGABYTE)
      }
      await synced
      expect(changes).toBeGreaterThan(3)
      expect(fragmentOf(grids[0]!)).toBeUndefined()
      expect(fragmentOf(grids[2]!)!.digest()).toBe(fragmentOf(grids[1]!)!.digest())
      expect(grids[1]!.statistics().copied).toBe(1)
    }))

  test('that was equal takes over without any copy', () =>
    simulate(9, async (world) => {
      const { grids, adopt, inSync } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      await put(grids[0]!, 'k', 'v')
      adopt(2, [1, 0])
      await inSync(1, 2)
      await put(grids[0]!, 'k', 'w')
      adopt(3, [0, 1])
      await inSync(0, 3)
      expect(grids.map((grid) => grid.statistics().copied)).toEqual([0, 0])
      expect(await get(grids[1]!, 'k')).toBe('w')
    }))

  test('that became different without a sign is found and repaired', () =>
    simulate(10, async (world) => {
      const { grids, adopt, inSync } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      await put(grids[0]!, 'k', 'v')
      await inSync(0, 1)
      const broken = new ByteSink()
      broken.text('k')
      broken.flag(false)
      fragmentOf(grids[1]!)!.apply(new ByteSource(broken.copy()))
      expect(fragmentOf(grids[1]!)!.sizes().entries).toBe(0)
      await world.sleep(31_000)
      expect(fragmentOf(grids[1]!)!.digest()).toBe(fragmentOf(grids[0]!)!.digest())
      expect(grids[0]!.statistics().repaired).toBe(1)
    }))

  test('forgets what has become empty', () =>
    simulate(11, async (world) => {
      const { grids, adopt, inSync } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      await get(grids[0]!, 'k')
      await inSync(0, 1)
      await world.sleep(35_000)
      expect(grids.map(fragmentOf)).toEqual([undefined, undefined])
      await put(grids[0]!, 'k', 'v')
      expect(fragmentOf(grids[1]!)!.sizes().entries).toBe(1)
    }))
})

describe('a handover', () => {
  test('waits for what is under way, and calls go on with the new primary', () =>
    simulate(12, async (world) => {
      const { grids, adopt, tables, machines, inSync } = await startGrids(world, {
        masters: 3,
        backupCount: 1,
      })
      adopt(1, [0, 1], [1, 2])
      await put(grids[0]!, 'k', 'v')
      await inSync(0, 1)
      const heal = world.network.partition([machines[0]!], [machines[1]!])
      const pending = put(grids[0]!, 'k', 'w')
      tables[0]!.askHandover(0, 1)
      const late = put(grids[2]!, 'k', 'x')
      await world.sleep(1000)
      expect(tables[0]!.frozen.size).toBe(0)
      heal()
      await pending
      expect(tables[0]!.frozen.get(0)).toBe(1)
      adopt(2, [1, 2])
      expect(await late).toBe('w')
      expect(await get(grids[0]!, 'k')).toBe('x')
    }))

  test('that comes to nothing ends with the next row', () =>
    simulate(13, async (world) => {
      const { grids, adopt, tables } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1], [1, 0])
      tables[0]!.askHandover(0, 1)
      expect(tables[0]!.frozen.get(0)).toBe(1)
      const waiting = put(grids[0]!, 'k', 'v')
      await world.sleep(500)
      adopt(2, [0, 1])
      expect(await waiting).toBeUndefined()
    }))
})

test('a side of a split without a majority does not answer', () =>
  simulate(14, async (world) => {
    const { grids, adopt, machines } = await startGrids(world, {
      masters: 3,
      quorum: true,
      backupCount: 0,
    })
    adopt(1, [0])
    await put(grids[0]!, 'k', 'v')
    world.network.partition([machines[0]!], machines.slice(1))
    await world.sleep(8000)
    expect(await codeOf(get(grids[0]!, 'k'))).toBe('GRD-004')
    expect(await codeOf(put(grids[0]!, 'k', 'w'))).toBe('GRD-004')
  }))

test('a grid that is closed acknowledges nothing, though its member is still there', () =>
  simulate(15, async (world) => {
    const { grids, adopt } = await startGrids(world, { masters: 3, backupCount: 1 })
    adopt(1, [0, 1])
    await put(grids[2]!, 'k', 'v')
    void grids[0]!.close()
    const late = put(grids[2]!, 'k', 'w')
    await world.sleep(1000)
    expect(fragmentOf(grids[0]!)).toBeUndefined()
    adopt(2, [1, 2])
    expect(await late).toBe('v')
  }))
