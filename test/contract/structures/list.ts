import { expect } from 'bun:test'
import type { ItemEvent } from '../../../members/grid/structures/collectionProxy.ts'
import { codeOf, until, type Each } from './suite.ts'

/** What a list does, in Hazelcast as here. */
export const listContract = (each: Each): void => {
  each('holds items in their order, equal ones too', async (grid, name) => {
    const list = grid.list(name)
    expect(await list.add('a')).toBe(true)
    expect(await list.addAll(['b', 'a', 'c'])).toBe(true)
    expect(await list.addAll([])).toBe(false)
    expect(await list.toArray()).toEqual(['a', 'b', 'a', 'c'])
    expect(await list.size()).toBe(4)
    expect(await list.indexOf('a')).toBe(0)
    expect(await list.lastIndexOf('a')).toBe(2)
    expect(await list.indexOf('x')).toBe(-1)
    expect(await list.subList(1, 3)).toEqual(['b', 'a'])
    expect(await list.get(3)).toBe('c')
  })

  each('inserts, replaces and removes at an index', async (grid, name) => {
    const list = grid.list(name)
    await list.addAll(['a', 'd'])
    await list.addAt(1, 'b')
    expect(await list.addAllAt(2, ['c', 'c'])).toBe(true)
    await list.addAt(0, 'first')
    await list.addAt(6, 'last')
    expect(await list.toArray()).toEqual(['first', 'a', 'b', 'c', 'c', 'd', 'last'])
    expect(await list.set(0, 'FIRST')).toBe('first')
    expect(await list.removeAt(3)).toBe('c')
    expect(await list.toArray()).toEqual(['FIRST', 'a', 'b', 'c', 'd', 'last'])
  })

  each('refuses an index that is not there', async (grid, name) => {
    const list = grid.list(name)
    await list.add('a')
    const refused = 'GRD-031'
    expect(await codeOf(list.set(1, 'b'))).toBe(refused)
    expect(await codeOf(list.removeAt(-1))).toBe(refused)
    expect(await codeOf(list.addAt(2, 'b'))).toBe(refused)
    expect(await codeOf(list.subList(0, 2))).toBe(refused)
    expect(await list.toArray()).toEqual(['a'])
  })

  each('with max-size refuses more', async (grid, name) => {
    const list = grid.list(`bounded-${name}`)
    expect(await list.addAll(['a', 'b', 'c'])).toBe(false)
    expect(await list.addAll(['a', 'b'])).toBe(true)
    expect(await list.add('c')).toBe(false)
    expect(await list.toArray()).toEqual(['a', 'b'])
  })

  each('finds and removes items by their value', async (grid, name) => {
    const list = grid.list(name)
    await list.addAll(['a', 'b', 'a', 'c', 'd'])
    expect(await list.contains('b')).toBe(true)
    expect(await list.containsAll(['a', 'x'])).toBe(false)
    expect(await list.remove('a')).toBe(true)
    expect(await list.remove('x')).toBe(false)
    expect(await list.toArray()).toEqual(['b', 'a', 'c', 'd'])
    expect(await list.removeAll(['a', 'd'])).toBe(true)
    expect(await list.retainAll(['c'])).toBe(true)
    expect(await list.retainAll(['c'])).toBe(false)
    expect(await list.toArray()).toEqual(['c'])
    await list.clear()
    expect(await list.isEmpty()).toBe(true)
  })

  each('tells listeners what came and went', async (grid, name) => {
    const list = grid.list(name)
    const events: ItemEvent<string>[] = []
    const subscription = await list.addItemListener((event) => events.push(event))
    await list.add('a')
    await list.remove('a')
    await until(() => events.length === 2)
    expect(events).toEqual([
      { change: 'added', item: 'a' },
      { change: 'removed', item: 'a' },
    ])
    await subscription.cancel()
  })
}
