import { describe, expect, test } from 'bun:test'
import { QuietMemory } from '../../../jobs/tasks/quietMemory.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { simulate, type SimWorld } from '../../sim/host/index.ts'

/** A group that counts its rows and how often its memory is given back. */
const groupOn = (world: SimWorld) => {
  const { host } = world.machine('a')
  const group = { rows: 0, shrinks: 0 }
  const memory: Host['memory'] = { ...host.memory, shrink: () => void (group.shrinks += 1) }
  const quiet = new QuietMemory({ ...host, memory }, () => group.rows)
  return { group, quiet }
}

describe('the memory of a quiet group', () => {
  test('is given back once a pause, also when it never had a row', () =>
    simulate(1, async (world) => {
      const { group, quiet } = groupOn(world)
      quiet.idle()
      await world.sleep(4_000)
      expect(group.shrinks).toBe(0)
      await world.sleep(2_000)
      expect(group.shrinks).toBe(1)
      quiet.idle()
      await world.sleep(60_000)
      expect(group.shrinks).toBe(1)
      group.rows += 1
      quiet.idle()
      await world.sleep(6_000)
      expect(group.shrinks).toBe(2)
    }))

  test('is kept while rows come, and given back after the last', () =>
    simulate(2, async (world) => {
      const { group, quiet } = groupOn(world)
      for (let second = 0; second < 30; second += 1) {
        quiet.idle()
        await world.sleep(1_000)
        group.rows += 1
      }
      expect(group.shrinks).toBe(0)
      await world.sleep(11_000)
      expect(group.shrinks).toBe(1)
    }))

  test('is left alone when the group has closed', () =>
    simulate(3, async (world) => {
      const { group, quiet } = groupOn(world)
      quiet.idle()
      quiet.close()
      await world.sleep(60_000)
      expect(group.shrinks).toBe(0)
    }))
})
