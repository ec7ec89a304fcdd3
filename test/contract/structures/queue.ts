import { expect } from 'bun:test'
import type { ItemEvent } from '../../../members/grid/structures/collectionProxy.ts'
import { codeOf, until, type Each } from './suite.ts'

/** What a queue does, in Hazelcast as here. */
export const queueContract = (each: Each): void => {
  each('gives what it got, in that order', async (grid, name) => {
    const queue = grid.queue(name)
    expect(await queue.offer('a')).toBe(true)
    await queue.put('b')
    await queue.add('c')
    await queue.addAll(['d', 'a'])
    expect(await queue.toArray()).toEqual(['a', 'b', 'c', 'd', 'a'])
    expect(await queue.peek()).toBe('a')
    expect(await queue.size()).toBe(5)
    expect(await queue.poll()).toBe('a')
    expect(await queue.take()).toBe('b')
    expect(await queue.isEmpty()).toBe(false)
    await queue.clear()
    expect(await queue.isEmpty()).toBe(true)
    expect(await queue.poll()).toBeNull()
    expect(await queue.peek()).toBeNull()
  })

  each('with max-size refuses more', async (grid, name) => {
    const queue = grid.queue(`bounded-${name}`)
    expect(await queue.remainingCapacity()).toBe(2)
    const full = 'GRD-030'
    expect(await codeOf(queue.addAll(['a', 'b', 'c']))).toBe(full)
    expect(await queue.size()).toBe(0)
    await queue.addAll(['a', 'b'])
    expect(await queue.remainingCapacity()).toBe(0)
    expect(await queue.offer('c')).toBe(false)
    expect(await codeOf(queue.add('c'))).toBe(full)
    expect(await queue.toArray()).toEqual(['a', 'b'])
  })

  each('with max-size lets who puts wait for room', async (grid, name) => {
    const queue = grid.queue(`bounded-${name}`)
    await queue.addAll(['a', 'b'])
    const putting = queue.put('c')
    expect(await queue.take()).toBe('a')
    await putting
    expect(await queue.toArray()).toEqual(['b', 'c'])
  })

  each('lets who takes wait for an item', async (grid, name) => {
    const queue = grid.queue(name)
    const taking = queue.take()
    await queue.put('a')
    expect(await taking).toBe('a')
    expect(await queue.size()).toBe(0)
  })

  each('gives each item to one of those who wait', async (grid, name) => {
    const queue = grid.queue(name)
    const taking = [queue.take(), queue.take(), queue.take()]
    await queue.addAll(['a', 'b'])
    await queue.put('c')
    expect((await Promise.all(taking)).sort()).toEqual(['a', 'b', 'c'])
    expect(await queue.size()).toBe(0)
  })

  each('stops waiting after the time that it was given', async (grid, name) => {
    const queue = grid.queue(`bounded-${name}`)
    const polling = queue.poll(50)
    await grid.elapse(50)
    expect(await polling).toBeNull()
    await queue.addAll(['a', 'b'])
    const offering = queue.offer('c', 50)
    await grid.elapse(50)
    expect(await offering).toBe(false)
    expect(await queue.toArray()).toEqual(['a', 'b'])
  })

  each('is drained, whole or up to a count', async (grid, name) => {
    const queue = grid.queue(name)
    await queue.addAll(['a', 'b', 'c', 'd'])
    const drained = ['before']
    expect(await queue.drainTo(drained, 1)).toBe(1)
    expect(await queue.drainTo(drained)).toBe(3)
    expect(await queue.drainTo(drained)).toBe(0)
    expect(drained).toEqual(['before', 'a', 'b', 'c', 'd'])
  })

  each('finds and removes items by their value', async (grid, name) => {
    const queue = grid.queue(name)
    await queue.addAll(['a', 'b', 'a', 'c', 'd'])
    expect(await queue.contains('b')).toBe(true)
    expect(await queue.contains('x')).toBe(false)
    expect(await queue.containsAll(['a', 'd'])).toBe(true)
    expect(await queue.containsAll(['a', 'x'])).toBe(false)
    expect(await queue.remove('a')).toBe(true)
    expect(await queue.remove('x')).toBe(false)
    expect(await queue.toArray()).toEqual(['b', 'a', 'c', 'd'])
    expect(await queue.removeAll(['a', 'x', 'd'])).toBe(true)
    expect(await queue.removeAll(['x'])).toBe(false)
    expect(await queue.toArray()).toEqual(['b', 'c'])
    expect(await queue.retainAll(['c', 'x'])).toBe(true)
    expect(await queue.retainAll(['c'])).toBe(false)
    expect(await queue.toArray()).toEqual(['c'])
  })

  each('tells listeners what came and went, until they go', async (grid, name) => {
    const queue = grid.queue(name)
    const events: ItemEvent<string>[] = []
    const subscription = await queue.addItemListener((event) => events.push(event))
    await queue.offer('a')
    await queue.offer('b')
    await queue.poll()
    await until(() => events.length === 3)
    expect(events).toEqual([
      { change: 'added', item: 'a' },
      { change: 'added', item: 'b' },
      { change: 'removed', item: 'a' },
    ])
    await subscription.cancel()
    await queue.offer('c')
    expect(await queue.size()).toBe(2)
    expect(events.length).toBe(3)
  })
}
