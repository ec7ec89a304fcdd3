import { expect, test } from 'bun:test'
import { simulate } from '../host/index.ts'
import { swarm } from './swarm.ts'

/** `SEEDS=2000` runs that many; `SEED=n` runs that one alone and prints its history. */
const { SEED, SEEDS, FIRST_SEED } = process.env
const first = Number(SEED ?? FIRST_SEED ?? 1)
const count = SEED === undefined ? Number(SEEDS ?? 200) : 1

test(`tables stay one under faults (${count} seeds)`, async () => {
  for (let seed = first; seed < first + count; seed += 1) {
    await simulate(seed, (world) => swarm(world), { trace: SEED !== undefined, limitMs: 600_000 })
  }
  expect(count).toBeGreaterThan(0)
}, 600_000)

test('a worker that promised itself to a claim that came to nothing comes back', async () => {
  const seed = 657
  await simulate(seed, (world) => swarm(world), { limitMs: 600_000 })
}, 60_000)

test('a primary that says too early that its replicas hold everything is found', async () => {
  let found: unknown
  for (let seed = 1; seed <= 20 && found === undefined; seed += 1) {
    try {
      await simulate(seed, (world) => swarm(world, true), { limitMs: 600_000 })
    } catch (thrown) {
      found = thrown
    }
  }
  expect(String(found)).toContain('drops a live replica that nothing replaces')
}, 60_000)
