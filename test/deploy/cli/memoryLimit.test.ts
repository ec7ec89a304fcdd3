import { describe, expect, test } from 'bun:test'
import { watchMemory } from '../../../deploy/cli/member/memoryLimit.ts'
import type { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { simulate } from '../../sim/host/index.ts'

const MEGABYTE = 1024 * 1024
const SNAPSHOT = new TextEncoder().encode('{"snapshot":{}}')

/** A process that holds as much as is told it, some of it garbage. */
const heldBy = (host: Host) => {
  const held = { bytes: 0, garbageBytes: 0, snapshots: 0 }
  const memory: Host['memory'] = {
    ...host.memory,
    usedBytes: (collect) => {
      if (collect !== undefined) held.garbageBytes = 0
      return held.bytes + held.garbageBytes
    },
    heapSnapshot: () => {
      held.snapshots += 1
      return SNAPSHOT
    },
  }
  return { held, host: { ...host, memory } }
}

describe('the memory limit of a member', () => {
  test('is reached once, by what is held and not by garbage', () =>
    simulate(1, async (world) => {
      const { held, host } = heldBy(world.machine('a').host)
      const errors: EngineError[] = []
      const limit = { limitMegabytes: 100, snapshotPath: 'data/worker.heapsnapshot' }
      const watch = watchMemory(host, limit, (error) => errors.push(error))
      held.bytes = 100 * MEGABYTE
      held.garbageBytes = 50 * MEGABYTE
      await world.sleep(5000)
      expect(errors).toEqual([])
      held.bytes += 1
      await world.sleep(5000)
      expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
        'HST-007 101 MB are held, 100 MB are allowed; ' +
          'a heap snapshot is in data/worker.heapsnapshot.',
      ])
      expect(held.snapshots).toBe(1)
      expect(await host.disk.readFile('data/worker.heapsnapshot')).toEqual(SNAPSHOT)
      watch.release()
    }))

  test('is reached where the snapshot cannot be written, too', () =>
    simulate(2, async (world) => {
      const { held, host } = heldBy(world.machine('a').host)
      const file = await host.disk.open('data', 'write')
      await file.close()
      held.bytes = 2 * MEGABYTE
      const errors: EngineError[] = []
      const limit = { limitMegabytes: 1, snapshotPath: 'data/worker.heapsnapshot' }
      watchMemory(host, limit, (error) => errors.push(error))
      await world.sleep(2000)
      expect(errors.map(({ message }) => message).join()).toContain('no heap snapshot: ')
    }))

  test('is watched until it is released, and never without a limit', () =>
    simulate(3, async (world) => {
      const machine = world.machine('a')
      const { held, host } = heldBy(machine.host)
      held.bytes = MEGABYTE
      const limits = [0, 1].map((limitMegabytes) =>
        watchMemory(host, { limitMegabytes, snapshotPath: 'x' }, () => expect.unreachable()),
      )
      expect(machine.leaks()).toHaveLength(1)
      await world.sleep(3000)
      for (const limit of limits) limit.release()
      expect(machine.leaks()).toEqual([])
      expect(held.snapshots).toBe(0)
    }))
})
