import { expect, test } from 'bun:test'
import { simulate } from '../host/index.ts'
import { swarm } from './swarm.ts'

/** `SEEDS=2000` runs that many; `SEED=n` runs that one alone and prints its history. */
const { SEED, SEEDS, FIRST_SEED } = process.env
const first = Number(SEED ?? FIRST_SEED ?? 1)
const count = SEED === undefined ? Number(SEEDS ?? 100) : 1

test(`grids keep what they acknowledge (${count} seeds)`, async () => {
  for (let seed = first; seed < first + count; seed += 1) {
    const { value } = await simulate(seed, (world) => swarm(world), {
      trace: SEED !== undefined,
      limitMs: 1_000_000,
    })
    if (SEED !== undefined) console.log(value.outcomes)
  }
  expect(count).toBeGreaterThan(0)
}, 900_000)
