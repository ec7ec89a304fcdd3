import { expect } from 'bun:test'
import type { ItemEvent } from '../../../members/grid/structures/collectionProxy.ts'
import { until, type Each } from './suite.ts'

/** What a set does, in Hazelcast as here. */
export const setContract = (each: Each): void => {
  each('holds each item once', async (grid, name) => {
    const set = grid.set(name)
    expect(await set.add('a')).toBe(true)
    expect(await set.add('a')).toBe(false)
    expect(await set.addAll(['a', 'b', 'b', 'c'])).toBe(true)
    expect(await set.addAll(['a', 'b'])).toBe(false)
    expect(await set.size()).toBe(3)
    expect((await set.toArray()).sort()).toEqual(['a', 'b', 'c'])
    expect(await set.contains('b')).toBe(true)
    expect(await set.containsAll(['a', 'x'])).toBe(false)
    expect(await set.remove('b')).toBe(true)
    expect(await set.remove('b')).toBe(false)
    expect(await set.add('b')).toBe(true)
    expect(await set.removeAll(['b', 'x'])).toBe(true)
    expect(await set.retainAll(['a'])).toBe(true)
    expect(await set.toArray()).toEqual(['a'])
    await set.clear()
    expect(await set.isEmpty()).toBe(true)
  })

  each('with max-size refuses more', async (grid, name) => {
    const set = grid.set(`bounded-${name}`)
    expect(await set.addAll(['a', 'b'])).toBe(true)
    expect(await set.add('c')).toBe(false)
    expect((await set.toArray()).sort()).toEqual(['a', 'b'])
  })

  each('tells listeners what came and went', async (grid, name) => {
    const set = grid.set(name)
    const events: ItemEvent<string>[] = []
    const subscription = await set.addItemListener((event) => events.push(event))
    await set.add('a')
    await set.add('a')
    await set.remove('a')
    await until(() => events.length === 2)
    expect(events).toEqual([
      { change: 'added', item: 'a' },
      { change: 'removed', item: 'a' },
    ])
    await subscription.cancel()
  })
}
