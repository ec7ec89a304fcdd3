import { expect } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../deploy/cli/main.ts', import.meta.url))

export interface Ended {
  readonly exitCode: number | null
  readonly killed: boolean
  readonly stderr: string
}

/** Runs `tidegate WORDS` as a process of its own; with `killAfterMs` it gets SIGKILL then. */
export const tidegate = async (
  words: readonly string[],
  options: { readonly killAfterMs?: number } = {},
): Promise<Ended> => {
  const child = Bun.spawn([process.execPath, entry, ...words], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const { killAfterMs } = options
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  const stderr = await new Response(child.stderr).text()
  await child.exited
  clearTimeout(timer)
  return { exitCode: child.exitCode, killed: child.signalCode === 'SIGKILL', stderr }
}

export interface KilledRun {
  readonly jobFile: string
  readonly checkpointFolder: string
  readonly killAfterMs: number
  /** What the second run is told besides: another parallelism. */
  readonly restoreWords: readonly string[]
}

/**
 * Starts a job, kills it, and lets `--restore` bring it to its end. Answers whether the kill came in
 * time. Throws when the restored run does not end well.
 */
export const killAndRestore = async (run: KilledRun): Promise<boolean> => {
  const common = [run.jobFile, '--checkpoint-dir', run.checkpointFolder]
  const first = await tidegate(['run', ...common], run)
  if (!first.killed) {
    if (first.exitCode !== 0) throw new Error(`The job failed by itself:\n${first.stderr}`)
    return false
  }
  const second = await tidegate(['run', ...common, '--restore', ...run.restoreWords])
  if (second.exitCode !== 0) throw new Error(`The restored job failed:\n${second.stderr}`)
  return true
}

/** A generator of the same random numbers in [0, 1) for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface KillRounds {
  readonly name: string
  readonly roundCount: number
  /** The latest moment of a kill, from the start of the process. */
  readonly killWithinMs: number
  /** Writes what the job reads and the job file into `folder`; answers the job file's path. */
  readonly arrange: (folder: string, round: number) => Promise<string>
  /** The id of each row that can be seen where the job wrote. */
  readonly idsWritten: (folder: string, round: number) => Promise<readonly number[]>
  readonly rowCount: number
  /** What no job may leave behind once all rounds are over. */
  readonly leftBehind?: () => Promise<readonly string[]>
}

/** Rounds at the same time: the jobs are slow on purpose. */
const LANES = 2

/**
 * Kills a job and restores it at another parallelism, in many rounds; each row must be there once
 * after every round. The job file takes the variable `parallelism`.
 */
export const checkKilledRounds = async (rounds: KillRounds): Promise<void> => {
  const { name, roundCount, killWithinMs, rowCount } = rounds
  const seed = Number(process.env['SEED'] ?? 20_261_122)
  const random = seededRandom(seed)
  const moments = Array.from({ length: roundCount }, () => 100 + random() * (killWithinMs - 100))
  let killed = 0
  const check = async (round: number): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-killed-'))
    const jobFile = await rounds.arrange(folder, round)
    const killAfterMs = moments[round]!
    const checkpointFolder = join(folder, 'checkpoints')
    const restoreWords = ['-i', `parallelism=${1 + (round % 4)}`]
    const run = { jobFile, checkpointFolder, killAfterMs, restoreWords }
    if (await killAndRestore(run)) killed += 1
    const ids = await rounds.idsWritten(folder, round)
    const note = `SEED=${seed} round ${round} killed after ${killAfterMs} ms`
    expect([note, ids.length, new Set(ids).size]).toEqual([note, rowCount, rowCount])
    await rm(folder, { recursive: true })
  }
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < roundCount) await check(next++)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  expect((await rounds.leftBehind?.()) ?? []).toEqual([])
  console.log(`${name}: ${killed} of ${roundCount} runs were killed, 0 rows lost or doubled`)
  expect(killed).toBeGreaterThan(roundCount / 2)
}
