import { expect } from 'bun:test'
import { codeOf, type Each } from './suite.ts'

const sorted = <T>(items: readonly T[]): T[] => [...items].sort()

/** Asks until there is nothing. */
const isGone = async (ask: () => Promise<unknown>): Promise<void> => {
  while ((await ask()) !== null);
}

/** What a map does, in Hazelcast as here. */
export const mapContract = (each: Each): void => {
  each('gives what was put under a key', async (grid, name) => {
    const map = grid.map(name)
    expect(await map.get('a')).toBeNull()
    expect(await map.put('a', '1')).toBeNull()
    expect(await map.put('a', '2')).toBe('1')
    await map.set('b', '3')
    expect(await map.get('a')).toBe('2')
    expect(await map.containsKey('b')).toBe(true)
    expect(await map.containsKey('c')).toBe(false)
    expect(await map.containsValue('3')).toBe(true)
    expect(await map.containsValue('1')).toBe(false)
    expect(await map.size()).toBe(2)
  })

  each('puts and replaces only where it shall', async (grid, name) => {
    const map = grid.map(name)
    expect(await map.replace('a', '1')).toBeNull()
    expect(await map.putIfAbsent('a', '1')).toBeNull()
    expect(await map.putIfAbsent('a', '2')).toBe('1')
    expect(await map.replace('a', '2')).toBe('1')
    expect(await map.replaceIfSame('a', '1', '3')).toBe(false)
    expect(await map.replaceIfSame('a', '2', '3')).toBe(true)
    expect(await map.get('a')).toBe('3')
    expect(await map.tryPut('a', '4', 0)).toBe(true)
    expect(await map.get('a')).toBe('4')
  })

  each('removes one entry, that of a value only, and all', async (grid, name) => {
    const map = grid.map(name)
    await map.putAll([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['d', '4'],
    ])
    expect(await map.remove('a')).toBe('1')
    expect(await map.remove('a')).toBeNull()
    expect(await map.removeIfSame('b', '1')).toBe(false)
    expect(await map.removeIfSame('b', '2')).toBe(true)
    await map.delete('c')
    await map.delete('c')
    expect(await map.keySet()).toEqual(['d'])
    expect(await map.evict('d')).toBe(true)
    expect(await map.evict('d')).toBe(false)
    expect(await map.tryRemove('d', 0)).toBe(false)
    await map.set('e', '5')
    await map.clear()
    expect(await map.isEmpty()).toBe(true)
  })

  each('gives many entries at once', async (grid, name) => {
    const map = grid.map(name)
    const entries = Array.from({ length: 50 }, (_, index): [string, string] => [
      `key ${index}`,
      `value ${index}`,
    ])
    await map.putAll(entries)
    expect(await map.size()).toBe(50)
    const keys = entries.map(([key]) => key)
    expect(sorted(await map.keySet())).toEqual(sorted(keys))
    expect(sorted(await map.values())).toEqual(sorted(entries.map(([, value]) => value)))
    expect(new Map(await map.entrySet())).toEqual(new Map(entries))
    const some = await map.getAll([...keys.slice(10, 20), 'none'])
    expect(some).toEqual(new Map(entries.slice(10, 20)))
  })

  each('forgets an entry when its time is over', async (grid, name) => {
    const map = grid.map(name)
    await map.set('always', '1')
    // Hazelcast counts in whole seconds: a single one may be over at once.
    await map.put('soon', '2', { ttlMs: 2000 })
    await map.set('kept', '3', { ttlMs: 2000 })
    expect(await map.setTtl('kept', 0)).toBe(true)
    expect(await map.setTtl('none', 1000)).toBe(false)
    expect(await map.get('soon')).toBe('2')
    await grid.elapse(2500)
    await isGone(() => map.get('soon'))
    expect(await map.containsKey('soon')).toBe(false)
    expect(sorted(await map.keySet())).toEqual(['always', 'kept'])
  })

  each('keeps a locked entry from others', async (grid, name) => {
    const map = grid.map(name)
    const other = (await grid.another()).map(name)
    await map.set('a', '1')
    await map.lock('a')
    await map.lock('a')
    expect(await other.isLocked('a')).toBe(true)
    expect(await other.tryLock('a')).toBe(false)
    expect(await other.tryPut('a', '2', 0)).toBe(false)
    expect(await other.tryRemove('a', 0)).toBe(false)
    expect(await other.get('a')).toBe('1')
    await map.set('a', '3')
    const setting = other.set('a', '4')
    expect(await map.get('a')).toBe('3')
    await map.unlock('a')
    expect(await map.get('a')).toBe('3')
    await map.unlock('a')
    await setting
    expect(await map.get('a')).toBe('4')
    expect(await map.isLocked('a')).toBe(false)
  })

  each('lets only the owner of a lock give it back, or force', async (grid, name) => {
    const map = grid.map(name)
    const other = (await grid.another()).map(name)
    await map.lock('a')
    expect(await codeOf(other.unlock('a'))).toBe('GRD-012')
    await other.forceUnlock('a')
    expect(await other.tryLock('a')).toBe(true)
    expect(await codeOf(map.unlock('a'))).toBe('GRD-012')
    await other.unlock('a')
  })

  each('frees the locks of who is gone', async (grid, name) => {
    const other = await grid.another()
    await other.map(name).lock('a')
    const setting = grid.map(name).set('a', '1')
    await other.leave()
    await setting
    expect(await grid.map(name).get('a')).toBe('1')
  })
}
