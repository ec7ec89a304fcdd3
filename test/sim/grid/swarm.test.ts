import { expect, test } from 'bun:test'
import { simulate, type SimWorld } from '../host/index.ts'
import { swarm } from './swarm.ts'

/** `SEEDS=2000` runs that many; `SEED=n` runs that one alone and prints its history. */
const { SEED, SEEDS, FIRST_SEED } = process.env
/** Of virtual time; a seed takes about 20 s of it. */
const LIMIT_MS = 1_000_000
const first = Number(SEED ?? FIRST_SEED ?? 1)
const count = SEED === undefined ? Number(SEEDS ?? 100) : 1

test(`grids keep what they acknowledge (${count} seeds)`, async () => {
  for (let seed = first; seed < first + count; seed += 1) {
    await simulate(seed, (world) => swarm(world), {
      trace: SEED !== undefined,
      limitMs: LIMIT_MS,
    })
  }
  expect(count).toBeGreaterThan(0)
}, 900_000)

test('a primary that answers before its backup has the change is found', async () => {
  let found: unknown
  for (let seed = 1; seed <= 100 && found === undefined; seed += 1) {
    try {
      const scenario = (world: SimWorld) => swarm(world, 'answers before the backup')
      await simulate(seed, scenario, { limitMs: LIMIT_MS })
    } catch (thrown) {
      found = thrown
    }
  }
  expect(String(found)).toContain('no order explains')
}, 60_000)
