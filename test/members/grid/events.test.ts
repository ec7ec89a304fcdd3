import { describe, expect, test } from 'bun:test'
import type { ByteSource } from '../../../members/grid/bytes/index.ts'
import type { GridCore } from '../../../members/grid/start.ts'
import { simulate } from '../../sim/host/index.ts'
import { KEY_VALUE } from '../../sim/grid/keyValue.ts'
import { put, startGrids } from './gridMembers.ts'

const listen = async (grid: GridCore, prefix: string) => {
  const events: string[] = []
  const onEvent = (event: ByteSource): void => {
    events.push(new TextDecoder().decode(event.rest()))
  }
  const filter = new TextEncoder().encode(prefix)
  const subscription = await grid.invoker.subscribe(KEY_VALUE, 'a', filter, onEvent)
  return { events, subscription }
}

describe('events', () => {
  test('come in order to those whose filter they match, here and elsewhere', () =>
    simulate(1, async (world) => {
      const { grids, adopt } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      const all = await Promise.all(grids.map((grid) => listen(grid, 'a')))
      const none = await listen(grids[2]!, 'z')
      for (let at = 0; at < 10; at += 1) {
        await put(grids[at % 3]!, 'a', `${at}`)
        await put(grids[at % 3]!, 'b', `${at}`)
      }
      const expected = Array.from({ length: 10 }, (_, at) => `a=${at}`)
      await world.until('all there', () => all.every(({ events }) => events.length === 10), 1000)
      for (const { events } of all) expect(events).toEqual(expected)
      expect(none.events).toEqual([])
    }))

  test('are told after the backup has the change', () =>
    simulate(2, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      const { events } = await listen(grids[0]!, '')
      const heal = world.network.partition([machines[0]!], [machines[1]!])
      const pending = put(grids[0]!, 'k', 'v')
      await world.sleep(1000)
      expect(events).toEqual([])
      heal()
      await pending
      await world.until('told', () => events.length === 1, 100)
    }))

  test('go on with the new primary, and after broken connections, and end when cancelled', () =>
    simulate(3, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 3, backupCount: 1 })
      adopt(1, [0, 1])
      const { events, subscription } = await listen(grids[2]!, '')
      await put(grids[2]!, 'k', '1')
      adopt(2, [1, 0])
      await put(grids[2]!, 'k', '2')
      for (const machine of machines.slice(0, 2)) {
        world.network.resetConnections(machine, machines[2]!)
      }
      await world.sleep(2000)
      await put(grids[0]!, 'k', '3')
      await world.until('all told', () => events.length === 3, 1000)
      expect(events).toEqual(['k=1', 'k=2', 'k=3'])
      await subscription.cancel()
      await put(grids[0]!, 'k', '4')
      await world.sleep(1000)
      expect(events).toHaveLength(3)
      expect(grids[1]!.registry.find(KEY_VALUE, 'a')!.hasListeners).toBe(false)
    }))

  test('that a subscriber does not take are dropped, counted, and told', () =>
    simulate(4, async (world) => {
      const { grids, adopt, machines } = await startGrids(world, { masters: 2, backupCount: 0 })
      adopt(1, [0])
      const { events } = await listen(grids[1]!, '')
      machines[1]!.pause()
      const large = 'x'.repeat(2 ** 20)
      for (let at = 0; at < 12; at += 1) await put(grids[0]!, 'k', large)
      expect(grids[0]!.statistics().droppedEvents).toBeGreaterThan(2)
      machines[1]!.resume()
      await world.sleep(1000)
      await put(grids[0]!, 'k', 'last')
      await world.until('the last is told', () => events.at(-1) === 'k=last', 1000)
      const { droppedEvents } = grids[0]!.statistics()
      expect(grids[1]!.statistics().missedEvents).toBe(droppedEvents)
      expect(events).toHaveLength(13 - droppedEvents)
    }))
})
