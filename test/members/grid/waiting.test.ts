import { describe, expect, test } from 'bun:test'
import { simulate } from '../../sim/host/index.ts'
import { put, startGrids, take } from './gridMembers.ts'

describe('a call that waits', () => {
  test('runs when its key is woken, the oldest first', () =>
    simulate(1, async (world) => {
      const { grids, adopt } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      const order: string[] = []
      const waiting = ['first', 'second'].map(async (name) => {
        order.push(`${name} ${await take(grids[2]!, 'k', 60_000)}`)
      })
      await world.until('both wait', () => grids[0]!.statistics().parked === 2, 1000)
      await put(grids[1]!, 'other', 'x')
      await put(grids[1]!, 'k', 'v')
      await put(grids[1]!, 'k', 'w')
      await Promise.all(waiting)
      expect(order).toEqual(['first v', 'second w'])
      expect(grids[0]!.statistics().parked).toBe(0)
    }))

  test('is answered when its time is up', () =>
    simulate(2, async (world) => {
      const { grids, adopt } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      const startMs = world.nowMs()
      const waits = [3000, 100, 1000].map(async (waitMs) => {
        expect(await take(grids[1]!, 'k', waitMs)).toBeUndefined()
        return world.nowMs() - startMs
      })
      const tookMs = await Promise.all(waits)
      for (const [at, waitMs] of [3000, 100, 1000].entries()) {
        expect(tookMs[at]!).toBeGreaterThanOrEqual(waitMs)
        expect(tookMs[at]!).toBeLessThan(waitMs + 20)
      }
    }))

  test.each([0, 1])('is taken back by its caller, here or elsewhere (%d)', (at) =>
    simulate(3, async (world) => {
      const { grids, adopt } = await startGrids(world, { masters: 2, backupCount: 1 })
      adopt(1, [0, 1])
      const controller = new AbortController()
      const waiting = take(grids[at]!, 'k', 60_000, controller.signal)
      await world.until('it waits', () => grids[0]!.statistics().parked === 1, 1000)
      controller.abort(new Error('no longer needed'))
      expect(waiting).rejects.toThrow('no longer needed')
      await world.until('it is gone', () => grids[0]!.statistics().parked === 0, 1000)
      await put(grids[0]!, 'k', 'v')
      expect(await take(grids[1]!, 'k', 0)).toBe('v')
    }),
  )

  test('is forgotten with its caller, and goes elsewhere with its partition', () =>
    simulate(4, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      void take(grids[2]!, 'k', 60_000)
      const waiting = take(grids[1]!, 'k', 60_000)
      await world.until('both wait', () => grids[0]!.statistics().parked === 2, 1000)
      machines[2]!.kill()
      await world.until('one is gone', () => grids[0]!.statistics().parked === 1, 1000)
      adopt(2, [1, 0])
      await world.until('it waits there', () => grids[1]!.statistics().parked === 1, 1000)
      expect(grids[0]!.statistics().parked).toBe(0)
      await put(grids[0]!, 'k', 'v')
      expect(await waiting).toBe('v')
    }))
})
