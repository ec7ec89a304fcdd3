import { expect, test } from 'bun:test'
import { simulate, type SimWorld } from '../host/index.ts'
import { isWhole, startCluster } from './cluster.ts'

/** How long a cluster of so many takes to form, and how many segments that takes. */
const form = async (count: number): Promise<{ tookMs: number; segments: number }> => {
  const result = await simulate(
    count,
    async (world: SimWorld) => {
      const nodes = startCluster(world, { masters: Math.ceil(count / 2), workers: count >> 1 })
      while (!isWhole(nodes)) {
        if (world.nowMs() > 10_000) throw new Error('not within 10 s')
        await world.sleep(20)
      }
      return world.nowMs()
    },
    { trace: true },
  )
  return {
    tookMs: result.value,
    segments: result.trace.filter((line) => line.includes(' tcp-data ')).length,
  }
}

test('50 members join within 10 s, with messages that grow no worse than their square', async () => {
  const small = await form(12)
  const large = await form(50)
  console.log(
    `12 members: ${small.tookMs.toFixed(0)} ms, ${small.segments} messages; ` +
      `50 members: ${large.tookMs.toFixed(0)} ms, ${large.segments} messages`,
  )
  expect(large.tookMs).toBeLessThan(10_000)
  // Everybody talks with everybody: the number for each pair must not grow.
  expect(large.segments / (50 * 49)).toBeLessThan((small.segments / (12 * 11)) * 1.1)
}, 60_000)
