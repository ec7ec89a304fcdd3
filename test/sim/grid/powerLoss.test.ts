import { expect, test } from 'bun:test'
import { simulate } from '../host/index.ts'
import { losePowerAgainAndAgain } from './powerLoss.ts'

/** `SEEDS=2000` runs that many; `SEED=n` runs that one alone and prints its history. */
const { SEED, SEEDS, FIRST_SEED } = process.env
const first = Number(SEED ?? FIRST_SEED ?? 1)
const count = SEED === undefined ? Number(SEEDS ?? 30) : 1
const LIMIT_MS = 1_000_000

test(`a grid without power keeps what it acknowledged (${count} seeds)`, async () => {
  for (let seed = first; seed < first + count; seed += 1) {
    const { value } = await simulate(seed, (world) => losePowerAgainAndAgain(world), {
      trace: SEED !== undefined,
      limitMs: LIMIT_MS,
    })
    if (SEED !== undefined) console.log(value.outcomes)
    expect(value.outcomes.get('ok') ?? 0).toBeGreaterThan(0)
  }
}, 900_000)

test('what nobody waits for may be lost: the simulation would notice', async () => {
  const run = async (): Promise<void> => {
    for (let seed = 1; seed <= 20; seed += 1) {
      await simulate(seed, (world) => losePowerAgainAndAgain(world, 'never'), { limitMs: LIMIT_MS })
    }
  }
  expect(run()).rejects.toThrow(/no order explains/)
}, 900_000)
