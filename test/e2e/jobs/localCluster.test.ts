import { expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createWorkspace, SPREAD_TASKS, HELLO, PROJECT_ROOT, type Workspace } from '../tidegate.ts'
import { until } from './files.ts'

const SURVIVOR = join(PROJECT_ROOT, 'jobs/examples/survivor.conf')
/** Of each of its two readers, one split a second. */
const ROWS = 3000
const SECONDS = 6

const idsIn = async (folder: string): Promise<number[]> => {
  const ids: number[] = []
  for (const name of await readdir(folder)) {
    const text = await Bun.file(join(folder, name)).text()
    for (const line of text.trimEnd().split('\n')) ids.push(Number(line.split(',')[0]))
  }
  return ids.sort((left, right) => left - right)
}

const startSurvivor = (workspace: Workspace, masters: number) => {
  const variables = [`folder=${workspace.folder}`, `rows=${ROWS}`, `seconds=${SECONDS}`]
  const members = ['--masters', String(masters), '--workers', '2']
  const words = variables.flatMap((variable) => ['-i', variable])
  return workspace.start('cluster', ...members, '--job', SURVIVOR, ...words)
}

const pidOf = (table: string, name: string): number =>
  Number(new RegExp(`^${name} +\\w.* (\\d+)$`, 'm').exec(table)![1])

test('a worker is killed with -9: the terminal tells it, and each row comes once', async () => {
  await using workspace = await createWorkspace()
  await workspace.write('tidegate.yaml', SPREAD_TASKS)
  const cluster = startSurvivor(workspace, 3)
  const table = await cluster.textUntil('Ctrl-C stops all of them.')
  await until('rows are committed', async () => {
    const names = await readdir(join(workspace.folder, 'survivor')).catch(() => [])
    return names.length > 0
  })
  const pids = ['worker-1', 'worker-2'].map((name) => pidOf(table, name))
  process.kill(pids[0]!, 'SIGKILL')
  await cluster.tells('worker-1 died of SIGKILL; 4 of 5 members are left.')
  const { exitCode, out } = await cluster.finished
  expect(exitCode).toBe(0)
  const ids = await idsIn(join(workspace.folder, 'survivor'))
  expect(ids).toEqual(Array.from({ length: 2 * ROWS }, (_, index) => index + 1))
  expect(out).toMatch(/job +\| survivor pipeline 1 failed: .*worker-1 \(127\.0\.0\.1:\d+\)/)
  expect(out).toMatch(/job +\| survivor pipeline 1 is restored from checkpoint [1-9]/)
  expect(out).toMatch(/job +\| survivor FINISHED: 6000 rows read, 6000 written/)
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
}, 90_000)

test('Ctrl-C cancels the job and ends all members', async () => {
  await using workspace = await createWorkspace()
  const cluster = startSurvivor(workspace, 1)
  await cluster.shows('survivor RUNNING')
  const table = await cluster.textUntil('Ctrl-C stops all of them.')
  cluster.signal('SIGINT')
  const { exitCode, out } = await cluster.finished
  expect(exitCode).toBe(130)
  expect(out).toMatch(/job +\| the jobs are cancelled/)
  for (const name of ['master-1', 'worker-1', 'worker-2']) {
    expect(() => process.kill(pidOf(table, name), 0)).toThrow()
  }
}, 60_000)

test('the exit code is that of the job that failed', async () => {
  await using workspace = await createWorkspace()
  const jobs = [
    await workspace.write('good.conf', HELLO),
    await workspace.write(
      'bad.conf',
      HELLO.replace(
        'Console {}',
        'Assert { rules { row_rules = [{ rule_type = MAX_ROW, rule_value = 1 }] } }',
      ),
    ),
  ]
  const words = jobs.flatMap((job) => ['--job', job])
  const { exitCode, out } = await workspace.run(
    'cluster',
    '--masters',
    '1',
    '--workers',
    '0',
    ...words,
  )
  expect(exitCode).toBe(1)
  expect(out).toMatch(/job +\| hello FINISHED: 10 rows read, 10 written/)
  expect(out).toMatch(/job +\| hello FAILED/)
}, 60_000)
