import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { connect } from '../../../deploy/index.ts'
import { createWorkspace, type Started, type Workspace } from '../tidegate.ts'
import { freePort } from '../../bench/grid/servers.ts'
import { until } from './files.ts'

const KEYS = 3000
const STATE_BYTES = 2000
/** Of one checkpoint: enough for several chunks of each of two instances. */
const CHECKPOINT_BYTES = KEYS * STATE_BYTES

/** Keeps some kilobytes for each key, and tells how often it has seen it. */
const jobText = (folder: string): string => `
  import { pipeline, sinks, SourceBuilder } from 'tidegate'

  const numbers = SourceBuilder.stream('numbers', () => ({ next: 0 }))
    .fillBuffer<number>((state, buffer) => {
      for (let count = 0; count < 250; count += 1) buffer.add(state.next++)
    })
    .createSnapshot((state) => state.next)
    .restoreSnapshot((state, saved) => { state.next = saved[0]! })
    .build()

  export default pipeline({
    name: 'large-state',
    parallelism: Number(PARALLELISM),
    env: { 'checkpoint.interval': 50, 'read_limit.rows_per_second': 5000 },
  })
    .readFrom(numbers)
    .groupingKey((n) => n % ${KEYS})
    .mapStateful(
      () => ({ seen: 0, text: 'x'.repeat(${STATE_BYTES}) }),
      (state, key, n) => ({ n, seen: ++state.seen }),
    )
    .columns({ n: 'bigint', seen: 'int' })
    .writeTo(sinks.localFile({ path: '${folder}/out', file_format_type: 'json' }))
`

interface CountedRow {
  readonly n: number
  readonly seen: number
}

const writtenRows = async (folder: string): Promise<CountedRow[]> => {
  const rows: CountedRow[] = []
  for await (const file of new Bun.Glob('out/*.json').scan({ cwd: folder, absolute: true })) {
    for (const line of (await Bun.file(file).text()).split('\n')) {
      if (line !== '') rows.push(JSON.parse(line) as CountedRow)
    }
  }
  return rows.sort((left, right) => left.n - right.n)
}

const startMember = async (
  workspace: Workspace,
  role: 'master' | 'worker',
  port: number,
): Promise<{ readonly member: Started; readonly url: string }> => {
  const settings = {
    'hazelcast.network.port.port': role === 'master' ? port : 0,
    'hazelcast.network.join.tcp-ip.enabled': true,
    'hazelcast.network.join.tcp-ip.member-list': `127.0.0.1:${port}`,
    'seatunnel.engine.http.port': 0,
    'seatunnel.engine.checkpoint.storage.max-retained': 2,
  }
  const words = Object.entries(settings).flatMap(([key, value]) => ['-s', `${key}=${value}`])
  const member = workspace.start('member', '--role', role, ...words)
  const line = await member.textUntil('ready: ')
  return { member, url: /http:\S+/.exec(line)?.[0] ?? '' }
}

const submit = async (url: string, workspace: Workspace, parallelism: number, query = '') => {
  const text = jobText(workspace.folder).replace('PARALLELISM', String(parallelism))
  await workspace.write('large.ts', text)
  expect(await workspace.run('bundle', 'large.ts')).toMatchObject({ exitCode: 0 })
  const body = await Bun.file(join(workspace.folder, 'large.bundle.js')).text()
  const response = await fetch(`${url}/submit-job?format=js${query}`, { method: 'POST', body })
  const answer = (await response.json()) as { readonly jobId?: string }
  if (answer.jobId === undefined) throw new Error(JSON.stringify(answer))
  return answer.jobId
}

test('a state of many chunks outlives a worker that dies while it stores them, and nothing of it stays', async () => {
  await using workspace = await createWorkspace()
  const { folder } = workspace
  const port = await freePort()
  const started: Started[] = []
  const start = async (role: 'master' | 'worker') => {
    const each = await startMember(workspace, role, port)
    started.push(each.member)
    return each
  }
  try {
    const { url } = await start('master')
    const workers = [await start('worker'), await start('worker')]
    const jobId = await submit(url, workspace, 2)
    const status = async (): Promise<string> =>
      ((await (await fetch(`${url}/job-info/${jobId}`)).json()) as { jobStatus: string }).jobStatus
    const reaches = (count: number) => async () => (await writtenRows(folder)).length >= count
    await using grid = await connect({ cluster: 'seatunnel', members: [`127.0.0.1:${port}`] })
    const states = grid.map<string, Uint8Array>('engine_checkpointState')
    const epochs = async (): Promise<Set<string>> =>
      new Set((await states.keySet()).map((key) => key.split('/')[2]!))

    await until('every key has a state', reaches(2 * KEYS))
    const before = (await writtenRows(folder)).length
    await until('chunks are being stored', async () => {
      const counts = new Map<number, number>()
      for (const key of await states.keySet()) {
        const checkpointId = Number(key.split('/')[3])
        counts.set(checkpointId, (counts.get(checkpointId) ?? 0) + 1)
      }
      const newest = Math.max(...counts.keys())
      return counts.get(newest)! < (counts.get(newest - 1) ?? 0)
    })
    process.kill(workers[0]!.member.pid, 'SIGKILL')
    await workers[0]!.member.finished
    await start('worker')
    await until('it goes on', reaches(before + 2 * KEYS))

    const stop = (isStopWithSavePoint: boolean) =>
      fetch(`${url}/stop-job`, {
        method: 'POST',
        body: JSON.stringify({ jobId, isStopWithSavePoint }),
      })
    await stop(true)
    await until('it has stopped', async () => (await status()) === 'SAVEPOINT_DONE')
    // Of the first attempt nothing is left but what a checkpoint names that is kept.
    expect((await epochs()).size).toBe(1)
    const views = await Promise.all(
      (await states.keySet()).map(async (key) => (await states.get(key))!.length),
    )
    const storedBytes = views.reduce((sum, length) => sum + length, 0)
    expect(storedBytes).toBeGreaterThan(CHECKPOINT_BYTES)
    expect(storedBytes).toBeLessThan(2.5 * CHECKPOINT_BYTES)

    const saved = (await writtenRows(folder)).length
    await submit(url, workspace, 3, `&jobId=${jobId}&isStartWithSavePoint=true`)
    await until('it goes on at another parallelism', reaches(saved + KEYS))
    await stop(true)
    await until('it has stopped', async () => (await status()) === 'SAVEPOINT_DONE')
    const rows = await writtenRows(folder)
    expect(rows.map(({ n }) => n)).toEqual(rows.map((_, index) => index))
    for (const { n, seen } of rows) expect(seen).toBe(Math.floor(n / KEYS) + 1)
  } finally {
    for (const { pid } of started) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
  }
}, 120_000)
