import { expect, test } from 'bun:test'
import { simulate } from '../host/index.ts'
import { swarm } from './swarm.ts'

/** `SEEDS=2000` runs that many; `SEED=n` runs that one alone and prints its history. */
const { SEED, SEEDS, FIRST_SEED } = process.env
const first = Number(SEED ?? FIRST_SEED ?? 1)
const count = SEED === undefined ? Number(SEEDS ?? 200) : 1

test(`clusters hold under faults and heal (${count} seeds)`, async () => {
  for (let seed = first; seed < first + count; seed += 1) {
    await simulate(seed, (world) => swarm(world), { trace: SEED !== undefined, limitMs: 600_000 })
  }
  expect(count).toBeGreaterThan(0)
}, 600_000)

test('a side that acknowledges without a majority is found', async () => {
  let found: unknown
  for (let seed = 1; seed <= 100 && found === undefined; seed += 1) {
    try {
      await simulate(seed, (world) => swarm(world, 'no quorum'), { limitMs: 600_000 })
    } catch (thrown) {
      found = thrown
    }
  }
  expect(String(found)).toContain('are both masters with a majority')
}, 60_000)
