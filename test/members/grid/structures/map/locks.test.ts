import { afterEach, describe, expect, test } from 'bun:test'
import type { GridInvoker } from '../../../../../members/grid/operations/index.ts'
import { createGridMap } from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps, type MapsOptions } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const start = (options?: MapsOptions): Maps => {
  maps = startMaps(options)
  return maps
}

/** What a promise is now: lets everything run that is not waiting. */
const stateOf = async (promise: Promise<unknown>): Promise<string> => {
  let state = 'waits'
  const note = (result: string) => () => {
    state = result
  }
  promise.then(note('done'), note('refused'))
  await new Promise((resolve) => setImmediate(resolve))
  return state
}

describe('the lock of a key', () => {
  test('lets others read and lets their writes wait', async () => {
    start()
    const [mine, other] = [maps.map(), maps.map({ caller: 'caller-2' })]
    await mine.set('a', 1)
    await mine.lock('a')
    expect(await other.isLocked('a')).toBe(true)
    expect(await other.get('a')).toBe(1)
    const writes = [
      other.set('a', 2),
      other.put('a', 3),
      other.remove('a'),
      other.putAll([
        ['x', 1],
        ['a', 4],
      ]),
    ]
    for (const write of writes) expect(await stateOf(write)).toBe('waits')
    expect(await other.tryPut('a', 5, 0)).toBe(false)
    expect(await other.tryRemove('a', 0)).toBe(false)
    expect(await other.tryLock('a')).toBe(false)
    expect(await other.evict('a')).toBe(false)
    await mine.set('a', 10)
    await mine.unlock('a')
    await Promise.all(writes)
    expect(await writes[1]!).toBe(2)
    expect(await writes[2]!).toBe(3)
    expect(await mine.get('a')).toBe(4)
  })
  test('is taken as often as it is given back', async () => {
    start()
    const [mine, other] = [maps.map(), maps.map({ caller: 'caller-2' })]
    await mine.lock('a')
    await mine.lock('a')
    await mine.unlock('a')
    expect(await other.tryLock('a')).toBe(false)
    await mine.unlock('a')
    expect(await mine.isLocked('a')).toBe(false)
    expect(await other.tryLock('a')).toBe(true)
    expect(mine.unlock('a')).rejects.toThrow('cannot be unlocked by one who does not hold its lock')
    await mine.forceUnlock('a')
    expect(await other.isLocked('a')).toBe(false)
  })
  test('belongs to a lock context of its caller', async () => {
    start()
    const [first, second] = [maps.map({ lockContext: 1 }), maps.map({ lockContext: 2 })]
    await first.lock('a')
    expect(await second.tryLock('a')).toBe(false)
    expect(await second.tryPut('a', 1, 0)).toBe(false)
    expect(await first.tryPut('a', 1, 0)).toBe(true)
  })
  test('is handed to who waits longest', async () => {
    start()
    const callers = ['caller-1', 'caller-2', 'caller-3'].map((caller) => maps.map({ caller }))
    const [first, second, third] = callers as [
      (typeof callers)[0],
      (typeof callers)[0],
      (typeof callers)[0],
    ]
    await first.lock('a')
    const waitSecond = second.lock('a')
    const waitThird = third.lock('a')
    expect(await stateOf(waitThird)).toBe('waits')
    await first.unlock('a')
    expect(await stateOf(waitSecond)).toBe('done')
    expect(await stateOf(waitThird)).toBe('waits')
    await second.unlock('a')
    expect(await stateOf(waitThird)).toBe('done')
  })
  test('ends with its lease', async () => {
    start()
    const [mine, other] = [maps.map(), maps.map({ caller: 'caller-2' })]
    await mine.lock('a', { leaseMs: 1000 })
    const write = other.set('a', 1)
    expect(await stateOf(write)).toBe('waits')
    maps.advance(999)
    expect(await stateOf(write)).toBe('waits')
    maps.advance(1)
    expect(await stateOf(write)).toBe('done')
    expect(await mine.isLocked('a')).toBe(false)
    expect(mine.unlock('a')).rejects.toThrow('does not hold')
    expect(mine.lock('a', { leaseMs: 0 })).rejects.toThrow('must be more than 0')
  })
  test('is counted once when the call that takes it comes twice', async () => {
    start()
    const twice: GridInvoker = {
      ...maps.invoker,
      async invoke(invocation) {
        await maps.invoker.invoke(invocation)
        return maps.invoker.invoke(invocation)
      },
    }
    await createGridMap(twice, 'm').lock('a')
    await maps.map().unlock('a')
    expect(await maps.map().isLocked('a')).toBe(false)
  })
  test('is handed on at the end of its lease, before any tick', async () => {
    start()
    const [mine, other] = [maps.map(), maps.map({ caller: 'caller-2' })]
    await mine.lock('b', { leaseMs: 5000 })
    await mine.lock('a', { leaseMs: 1000 })
    const waiting = [other.lock('b'), other.lock('a')]
    expect(await stateOf(waiting[1]!)).toBe('waits')
    maps.host.clock.advance(1000)
    expect(await stateOf(waiting[1]!)).toBe('done')
    expect(await stateOf(waiting[0]!)).toBe('waits')
    maps.host.clock.advance(4000)
    expect(await stateOf(waiting[0]!)).toBe('done')
  })
  test('is tried for only so long', async () => {
    start()
    const [mine, other] = [maps.map(), maps.map({ caller: 'caller-2' })]
    await mine.lock('a')
    const lock = other.tryLock('a', 500)
    const put = other.tryPut('a', 1, 500)
    expect(await stateOf(lock)).toBe('waits')
    maps.advance(500)
    expect([await lock, await put]).toEqual([false, false])
    const write = other.set('a', 1)
    expect(await stateOf(write)).toBe('waits')
    maps.advance(50_000)
    expect(write).rejects.toThrow('A key of the map `m` stayed locked by another for 50 s')
  })
  test('is released when its owner is gone, and survives a loss of its primary', async () => {
    start()
    const [mine, other] = [maps.map(), maps.map({ caller: 'caller-2' })]
    await mine.lock('a')
    maps.failOver()
    const wait = other.lock('a')
    expect(await stateOf(wait)).toBe('waits')
    maps.failOver()
    expect(await stateOf(wait)).toBe('waits')
    maps.callerGone('caller-1')
    expect(await stateOf(wait)).toBe('done')
  })
})
