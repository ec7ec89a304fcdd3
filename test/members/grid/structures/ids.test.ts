import { describe, expect, test } from 'bun:test'
import { createFlakeIdGenerator } from '../../../../members/grid/structures/flakeid/index.ts'
import { createHarnessGrid, settle } from '../../../contract/harnessGrid.ts'
import { codeOf } from '../../../contract/structures/suite.ts'

const NODE_BITS = 16n
const SEQUENCE_AND_NODE_BITS = 22n

const start = () => {
  const { harness } = createHarnessGrid()
  return { harness, create: () => createFlakeIdGenerator(harness, 'ids') }
}

describe('a generator of ids', () => {
  test('gives ids of its node, one after the other, 64 in a millisecond', async () => {
    const { create } = start()
    const [first, second] = [create(), create()]
    const ids = [...(await first.newIdBatch(128))]
    expect(new Set(ids.map((id) => id & 0xffffn))).toEqual(new Set([0n]))
    const steps = ids.slice(1).map((id, index) => id - ids[index]!)
    expect(new Set(steps)).toEqual(new Set([1n << NODE_BITS]))
    const times = ids.map((id) => id >> SEQUENCE_AND_NODE_BITS)
    expect(times[63]).toBe(times[0]!)
    expect(times[64]).toBe(times[0]! + 1n)
    expect((await second.newId()) & 0xffffn).toBe(1n)
  })

  test('gives no id twice when the clock stands still, or its member changes', async () => {
    const { create, harness } = start()
    const seen = new Set<bigint>()
    const generator = create()
    for (let round = 0; round < 100; round += 1) {
      seen.add(await generator.newId())
      for (const id of await generator.newIdBatch(10)) seen.add(id)
      if (round % 10 === 0) {
        harness.failOver()
        seen.add(await create().newId())
      }
    }
    expect(seen.size).toBe(1110)
  })

  test('waits when ids run ahead of the clock by more than 15 s', async () => {
    const { create, harness } = start()
    const generator = create()
    const aheadCount = 15_000 * 64
    for (let made = 0; made < aheadCount; made += 96_000) await generator.newIdBatch(96_000)
    let isMade = false
    const making = generator.newIdBatch(64).then(() => (isMade = true))
    await settle()
    expect(isMade).toBe(false)
    harness.advance(1)
    await making
    expect(isMade).toBe(true)
  })

  test('refuses batches of no size', async () => {
    const generator = start().create()
    for (const count of [0, 1.5, -1, 100_001]) {
      expect(await codeOf(generator.newIdBatch(count))).toBe('GRD-034')
    }
  })
})

test('a counter keeps its value when its member changes', async () => {
  const { atomicLong, harness } = createHarnessGrid()
  await atomicLong('n').set(-(2n ** 63n))
  harness.failOver()
  expect(await atomicLong('n').decrementAndGet()).toBe(2n ** 63n - 1n)
  harness.failOver()
  expect(await atomicLong('n').get()).toBe(2n ** 63n - 1n)
})
