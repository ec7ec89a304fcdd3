import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createWorkspace, HELLO, PROJECT_ROOT, type Workspace } from '../e2e/tidegate.ts'
import type { Figure } from './main.ts'

const ROUNDS = 15

const EXECUTABLE = join(PROJECT_ROOT, 'dist/tidegate')

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  source: [process.execPath, join(PROJECT_ROOT, 'deploy/cli/main.ts')],
  executable: [EXECUTABLE],
}

/** Milliseconds from the start of a process to its end. */
const timeOf = async (words: readonly string[], { folder }: Workspace): Promise<number> => {
  const startNs = Bun.nanoseconds()
  const child = Bun.spawn([...words], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: join(folder, '.state') },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  const exitCode = await child.exited
  if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}`)
  return (Bun.nanoseconds() - startNs) / 1e6
}

const measure = async (words: readonly string[], workspace: Workspace): Promise<number[]> => {
  await timeOf(words, workspace)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timeOf(words, workspace))
  return times.sort((left, right) => left - right)
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** A ten-row job, and the bare start of the command, from process start to exit. */
export const run = async (emit: (figure: Figure) => void): Promise<void> => {
  await using workspace = await createWorkspace()
  await workspace.write('hello.conf', HELLO)
  for (const [name, command] of Object.entries(COMMANDS)) {
    if (name === 'executable' && !existsSync(EXECUTABLE)) {
      process.stderr.write('skipped: dist/tidegate is not built\n')
      continue
    }
    for (const words of [['version'], ['run', 'hello.conf']]) {
      const times = await measure([...command, ...words], workspace)
      emit({
        bench: 'run',
        name: `${words[0]!} from ${name}`,
        value: rounded(times[ROUNDS >> 1]!),
        unit: 'ms',
        minimum: rounded(times[0]!),
        maximum: rounded(times.at(-1)!),
        rounds: ROUNDS,
      })
    }
  }
}
