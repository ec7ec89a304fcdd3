import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { connect } from '../../../deploy/index.ts'
import { createWorkspace, type Started, type Workspace } from '../tidegate.ts'
import { freePort } from '../../bench/grid/servers.ts'
import { writtenRows } from './countedRows.ts'
import { until } from './files.ts'

const KEYS = 3000
const STATE_BYTES = 2000
/** Of one checkpoint: enough for several chunks of each of two instances. */
const CHECKPOINT_BYTES = KEYS * STATE_BYTES

/** Keeps some kilobytes for each key, and tells how often it has seen it. */
const jobText = (folder: string): string => `
  import { pipeline, sinks, SourceBuilder } from 'tidegate'

  const numbers = SourceBuilder.batch('numbers', () => ({ next: 0 }))
    .fillBuffer<number>((state, buffer) => {
      if (state.next >= END) buffer.close()
      else for (let count = 0; count < 250; count += 1) buffer.add(state.next++)
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
      () => ({ seen: 0, text: crypto.getRandomValues(new Uint8Array(${STATE_BYTES * 0.75})).toBase64() }),
      (state, key, n) => ({ n, seen: ++state.seen }),
    )
    .columns({ n: 'bigint', seen: 'int' })
    .writeTo(sinks.localFile({ path: '${folder}/out', file_format_type: 'json' }))
`

const startMember = async (
  workspace: Workspace,
  role: 'master' | 'worker',
  port: number,
  masterPorts: readonly number[],
): Promise<{ readonly member: Started; readonly url: string }> => {
  const settings = {
    'hazelcast.network.port.port': port,
    'hazelcast.network.join.tcp-ip.enabled': true,
    'hazelcast.network.join.tcp-ip.member-list': masterPorts
      .map((each) => `127.0.0.1:${each}`)
      .join(','),
    'seatunnel.engine.http.port': 0,
    'seatunnel.engine.checkpoint.storage.max-retained': 2,
  }
  const words = Object.entries(settings).flatMap(([key, value]) => ['-s', `${key}=${value}`])
  const member = workspace.start('member', '--role', role, ...words)
  const line = await member.textUntil('ready: ')
  return { member, url: /http:\S+/.exec(line)?.[0] ?? '' }
}

interface Submission {
  readonly parallelism: number
  /** So many numbers, or some more; for ever unless given. */
  readonly end?: number
  /** The job that goes on. */
  readonly savedId?: string
}

const submit = async (
  url: string,
  workspace: Workspace,
  { parallelism, end = Infinity, savedId }: Submission,
): Promise<string> => {
  const text = jobText(workspace.folder)
    .replace('PARALLELISM', String(parallelism))
    .replace('END', String(end))
  const query = savedId === undefined ? '' : `&jobId=${savedId}&isStartWithSavePoint=true`
  await workspace.write('large.ts', text)
  expect(await workspace.run('bundle', 'large.ts')).toMatchObject({ exitCode: 0 })
  const body = await Bun.file(join(workspace.folder, 'large.bundle.js')).text()
  const response = await fetch(`${url}/submit-job?format=js${query}`, { method: 'POST', body })
  const answer = (await response.json()) as { readonly jobId?: string }
  if (answer.jobId === undefined) throw new Error(JSON.stringify(answer))
  return answer.jobId
}

/** Whether the newest checkpoint has fewer chunks than the one before: it is being taken. */
const isBeingStored = (keys: readonly string[]): boolean => {
  const counts = new Map<number, number>()
  for (const key of keys) {
    const checkpointId = Number(key.split('/')[3])
    counts.set(checkpointId, (counts.get(checkpointId) ?? 0) + 1)
  }
  const newest = Math.max(...counts.keys())
  return counts.get(newest)! < (counts.get(newest - 1) ?? 0)
}

test('a state of many chunks outlives worker and master that die while it is stored, and nothing of it stays', async () => {
  await using workspace = await createWorkspace()
  const { folder } = workspace
  const masterPorts = [await freePort(), await freePort()]
  const started: Started[] = []
  const start = async (role: 'master' | 'worker', port = 0) => {
    const each = await startMember(workspace, role, port, masterPorts)
    started.push(each.member)
    return each
  }
  const kill = async ({ member }: { readonly member: Started }): Promise<void> => {
    process.kill(member.pid, 'SIGKILL')
    await member.finished
  }
  try {
    const oldest = await start('master', masterPorts[0])
    const { url } = await start('master', masterPorts[1])
    const workers = [await start('worker'), await start('worker')]
    const jobId = await submit(url, workspace, { parallelism: 2 })
    const status = async (): Promise<string> =>
      ((await (await fetch(`${url}/job-info/${jobId}`)).json()) as { jobStatus: string }).jobStatus
    const reaches = (count: number) => async () => (await writtenRows(folder)).length >= count
    const goesOn = async (): Promise<void> => {
      const before = (await writtenRows(folder)).length
      await until('it goes on', reaches(before + KEYS))
    }
    const members = masterPorts.map((port) => `127.0.0.1:${port}`)
    await using grid = await connect({ cluster: 'seatunnel', members })
    const states = grid.map<string, Uint8Array>('engine_checkpointState')
    const chunksAreStored = () =>
      until('chunks are being stored', async () => isBeingStored(await states.keySet()))

    await until('every key has a state', reaches(2 * KEYS))
    await chunksAreStored()
    await kill(workers[0]!)
    await start('worker')
    await goesOn()
    await chunksAreStored()
    await kill(oldest)
    await goesOn()

    const stop = async (): Promise<void> => {
      const body = JSON.stringify({ jobId, isStopWithSavePoint: true })
      expect((await fetch(`${url}/stop-job`, { method: 'POST', body })).status).toBe(200)
      await until('it has stopped', async () => (await status()) === 'SAVEPOINT_DONE')
    }
    await stop()
    // Nothing is left of what no checkpoint names that is kept, of any attempt.
    const keys = await states.keySet()
    expect(new Set(keys.map((key) => key.split('/')[2])).size).toBe(1)
    let storedBytes = 0
    for (const key of keys) storedBytes += (await states.get(key))!.length
    // It is packed, but there is not much to pack in random text.
    expect(storedBytes).toBeGreaterThan(CHECKPOINT_BYTES / 2)
    expect(storedBytes).toBeLessThan(2.5 * CHECKPOINT_BYTES)

    await submit(url, workspace, { parallelism: 3, savedId: jobId })
    await goesOn()
    await stop()
    const end = (await writtenRows(folder)).length + KEYS
    await submit(url, workspace, { parallelism: 2, end, savedId: jobId })
    await until('it has finished', async () => (await status()) === 'FINISHED')
    expect(await states.size()).toBe(0)
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
