import { expect, test } from 'bun:test'
import {
  createAtomicLong,
  createAtomicLongs,
} from '../../../members/grid/structures/atomiclong/index.ts'
import { createList, createLists } from '../../../members/grid/structures/list/index.ts'
import { createLock, createLocks } from '../../../members/grid/structures/lock/index.ts'
import { createMultiMap, createMultiMaps } from '../../../members/grid/structures/multimap/index.ts'
import { createQueue, createQueues } from '../../../members/grid/structures/queue/index.ts'
import {
  createRingbuffer,
  createRingbuffers,
} from '../../../members/grid/structures/ringbuffer/index.ts'
import { createSet, createSets } from '../../../members/grid/structures/set/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { expectConverged } from './checker.ts'
import { type GridNode, isSafe, startGridCluster, takeDown } from './cluster.ts'

const start = async (world: SimWorld): Promise<GridNode[]> => {
  const nodes = startGridCluster(world, {
    masters: 2,
    structures: () => [
      createQueues({}),
      createLists({}),
      createSets({}),
      createMultiMaps({}),
      createRingbuffers({}),
      createAtomicLongs({}),
      createLocks({}),
    ],
  })
  await world.until('safe', () => isSafe(nodes, false), 20_000)
  return nodes
}

const structuresOf = ({ node, grid }: GridNode) => {
  const context = { host: node.machine.host, invoker: grid!.invoker }
  return {
    queue: createQueue<string>(context, 'q'),
    list: createList<string>(context, 'l'),
    set: createSet<string>(context, 's'),
    multiMap: createMultiMap<string, string>(context, 'm'),
    ringbuffer: createRingbuffer<string>(context, 'r'),
    counter: createAtomicLong(context, 'c'),
    lock: createLock(context, 'k'),
  }
}

test('a structure that was destroyed begins anew, also with the loss of its member', () =>
  simulate(1, async (world) => {
    const nodes = await start(world)
    const { lock, ...others } = structuresOf(nodes[0]!)
    const items = ['1', '2', '3']
    await others.queue.addAll(items)
    await others.list.addAll(items)
    await others.set.addAll(items)
    await others.multiMap.put('key', '1')
    await others.multiMap.put('other', '2')
    await others.ringbuffer.addAll(items)
    await others.counter.set(7n)
    const fence = await lock.lock()
    for (const each of [...Object.values(others), lock]) await each.destroy()
    expectConverged(nodes)
    takeDown(nodes[0]!, () => nodes[0]!.node.machine.crash())
    const left = structuresOf(nodes[1]!)
    for (const collection of [left.queue, left.list, left.set]) {
      expect(await collection.size()).toBe(0)
    }
    expect(await left.multiMap.size()).toBe(0)
    expect(await left.ringbuffer.tailSequence()).toBe(-1)
    expect(await left.ringbuffer.add('again')).toBe(0)
    expect(await left.counter.get()).toBe(0n)
    expect(await left.lock.isLocked()).toBe(false)
    expect(await left.lock.tryLock()).toBeGreaterThan(fence)
  }))

test('of many that wait as many run again as there is something for', () =>
  simulate(2, async (world) => {
    const nodes = await start(world)
    const { queue, lock } = structuresOf(nodes[0]!)
    const ran = (): number => nodes.reduce((sum, { grid }) => sum + grid!.statistics().calls, 0)
    const taken = Array.from({ length: 50 }, () => queue.poll(60_000))
    const fence = await lock.lock()
    const locked = Array.from({ length: 50 }, () => lock.tryLock(60_000))
    await world.sleep(1000)
    const before = ran()
    await queue.addAll(['1', '2'])
    await lock.unlock(fence)
    expect(await Promise.all(taken.slice(0, 2))).toEqual(['1', '2'])
    expect(await locked[0]).toBeGreaterThan(fence)
    // The two calls, and three that got something.
    expect(ran() - before).toBe(5)
    for (let item = 2; item < 50; item += 1) await queue.offer(`${item}`)
    expect((await Promise.all(taken)).toSorted()).toHaveLength(50)
    for (const lockedLater of locked) await lock.unlock((await lockedLater)!)
  }))
