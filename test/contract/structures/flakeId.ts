import { expect } from 'bun:test'
import type { Each } from './suite.ts'

const EPOCH_START_MS = 1_514_764_800_000
const NODE_AND_SEQUENCE_BITS = 22n
const DAY_MS = 86_400_000

/** What a generator of ids does, in Hazelcast as here. */
export const flakeIdContract = (each: Each): void => {
  each('gives ids that nobody else gets', async (grid, name) => {
    const other = await grid.another()
    const generators = [grid.flakeIds(name), other.flakeIds(name)]
    const ids = await Promise.all(
      Array.from({ length: 200 }, (_, index) => generators[index % 2]!.newId()),
    )
    expect(new Set(ids).size).toBe(200)
  })

  each('begins an id with the time', async (grid, name) => {
    const id = await grid.flakeIds(name).newId()
    const atMs = Number(id >> NODE_AND_SEQUENCE_BITS) + EPOCH_START_MS
    expect(Math.abs(atMs - grid.nowMs())).toBeLessThan(DAY_MS)
    expect(id).toBeGreaterThan(0n)
  })
}
