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
  readonly jobId: string
  readonly checkpointFolder: string
  readonly killAfterMs: number
}

/**
 * Starts a job, kills it, and lets `--restore` bring it to its end. Answers whether the kill came in
 * time. Throws when the restored run does not end well.
 */
export const killAndRestore = async (run: KilledRun): Promise<boolean> => {
  const common = [run.jobFile, '--checkpoint-dir', run.checkpointFolder]
  const first = await tidegate(['run', ...common, '--set-job-id', run.jobId], run)
  if (!first.killed) {
    if (first.exitCode !== 0) throw new Error(`The job failed by itself:\n${first.stderr}`)
    return false
  }
  const second = await tidegate(['run', ...common, `--restore=${run.jobId}`])
  if (second.exitCode === 0) return true
  const neverRecorded = second.stderr.includes('CKP-004')
  const again = neverRecorded
    ? await tidegate(['run', ...common, '--set-job-id', run.jobId])
    : second
  if (again.exitCode !== 0) throw new Error(`The restored job failed:\n${again.stderr}`)
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
