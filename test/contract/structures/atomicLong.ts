import { expect } from 'bun:test'
import type { Each } from './suite.ts'

const MAX = 2n ** 63n - 1n

/** What a counter does, in Hazelcast as here. */
export const atomicLongContract = (each: Each): void => {
  each('is counted and set', async (grid, name) => {
    const counter = grid.atomicLong(name)
    expect(await counter.get()).toBe(0n)
    expect(await counter.incrementAndGet()).toBe(1n)
    expect(await counter.getAndIncrement()).toBe(1n)
    expect(await counter.addAndGet(5n)).toBe(7n)
    expect(await counter.getAndAdd(-10n)).toBe(7n)
    expect(await counter.decrementAndGet()).toBe(-4n)
    expect(await counter.getAndDecrement()).toBe(-4n)
    expect(await counter.getAndSet(9n)).toBe(-5n)
    await counter.set(2n)
    expect(await counter.compareAndSet(1n, 5n)).toBe(false)
    expect(await counter.compareAndSet(2n, 5n)).toBe(true)
    expect(await counter.get()).toBe(5n)
  })

  each('has 64 bits and wraps around', async (grid, name) => {
    const counter = grid.atomicLong(name)
    await counter.set(MAX)
    expect(await counter.get()).toBe(MAX)
    expect(await counter.incrementAndGet()).toBe(-MAX - 1n)
  })

  each('loses no count of several callers', async (grid, name) => {
    const other = await grid.another()
    const counters = [grid.atomicLong(name), other.atomicLong(name)]
    const counting = Array.from({ length: 50 }, (_, index) =>
      counters[index % 2]!.incrementAndGet(),
    )
    expect(new Set(await Promise.all(counting)).size).toBe(50)
    expect(await counters[0]!.get()).toBe(50n)
  })
}
