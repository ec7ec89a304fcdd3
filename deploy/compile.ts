/**
 * Makes `dist/tidegate`: one executable for this machine, with the Bun that runs this script inside.
 * A thread's code cannot be found by following imports, so its file is an entry point of its own.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const executable = join(root, 'dist', 'tidegate')
const ENTRY_POINTS = [
  'deploy/cli/main.ts',
  'jobs/tasks/main.ts',
  'members/grid/mapstores/storeThread.ts',
]

const compile = (): Promise<number> =>
  Bun.spawn(
    [
      process.execPath,
      'build',
      '--compile',
      '--minify',
      '--bytecode',
      // What one thread loads when it is needed must not come along with all the rest.
      '--splitting',
      // Without it bytecode falls back to CommonJS, where await at the top level is an error.
      '--format=esm',
      // Threads are found by their path from the root of the project.
      '--root=.',
      ...ENTRY_POINTS,
      `--outfile=${executable}`,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  ).exited

const exitCode = await compile()
if (exitCode !== 0) process.exit(exitCode)
const { size } = await stat(executable)
process.stdout.write(`dist/tidegate: ${(size / 1_000_000).toFixed(1)} MB\n`)
