import { expect } from 'bun:test'
import { codeOf, type Each } from './suite.ts'

/** What a lock does, in Hazelcast as here. */
export const lockContract = (each: Each): void => {
  each('has one owner at a time, each with a larger fence', async (grid, name) => {
    const lock = grid.lock(name)
    expect(await lock.isLocked()).toBe(false)
    const first = await lock.lock()
    expect(await lock.isLocked()).toBe(true)
    expect(await lock.tryLock()).toBeNull()
    const waiting = lock.lock()
    await lock.unlock(first)
    const second = await waiting
    expect(second).toBeGreaterThan(first)
    expect(await lock.tryLock()).toBeNull()
    await lock.unlock(second)
    expect(await lock.isLocked()).toBe(false)
    const third = await lock.tryLock()
    expect(third).toBeGreaterThan(second)
    await lock.unlock(third!)
  })

  each('stops waiting after the time that it was given', async (grid, name) => {
    const lock = grid.lock(name)
    const fence = await lock.lock()
    const waiting = lock.tryLock(50)
    await grid.elapse(50)
    expect(await waiting).toBeNull()
    await lock.unlock(fence)
  })

  each('is not given back twice, nor by another', async (grid, name) => {
    const lock = grid.lock(name)
    const other = (await grid.another()).lock(name)
    const first = await lock.lock()
    expect(await codeOf(other.unlock(first))).toBe('GRD-033')
    await lock.unlock(first)
    expect(await codeOf(lock.unlock(first))).toBe('GRD-033')
    const second = await other.lock()
    expect(await codeOf(lock.unlock(first))).toBe('GRD-033')
    expect(await lock.isLocked()).toBe(true)
    await other.unlock(second)
  })

  each('goes to who waits when its owner is gone', async (grid, name) => {
    const other = await grid.another()
    const first = await other.lock(name).lock()
    const waiting = grid.lock(name).lock()
    await other.leave()
    const second = await waiting
    expect(second).toBeGreaterThan(first)
    await grid.lock(name).unlock(second)
  })

  each('keeps ten who want it apart', async (grid, name) => {
    const lock = grid.lock(name)
    const counter = grid.atomicLong(name)
    const work = async (): Promise<void> => {
      const fence = await lock.lock()
      const before = await counter.get()
      await counter.set(before + 1n)
      await lock.unlock(fence)
    }
    await Promise.all(Array.from({ length: 10 }, work))
    expect(await counter.get()).toBe(10n)
  })
}
