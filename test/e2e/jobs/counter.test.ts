import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { freePort } from '../../servers/freePorts.ts'
import { createWorkspace, type Started, type Workspace } from '../tidegate.ts'
import { writtenRows } from './countedRows.ts'
import { until } from './files.ts'

/** Jet's fault-tolerant source as its documentation has it: a counter that goes on where it was. */
const jobText = (folder: string): string => `
  import { pipeline, sinks, SourceBuilder } from 'tidegate'

  const counter = SourceBuilder.stream('fault-tolerant-source', () => [0])
    .fillBuffer<number>((numToEmit, buffer) => buffer.add(numToEmit[0]!++))
    .createSnapshot((numToEmit) => numToEmit[0]!)
    .restoreSnapshot((numToEmit, saved) => { numToEmit[0] = saved[0]! })
    .build()

  export default pipeline({
    name: 'counter',
    env: { 'checkpoint.interval': 100, 'read_limit.rows_per_second': 500 },
  })
    .readFrom(counter)
    .groupingKey((n) => n % 7)
    .mapStateful(() => ({ seen: 0 }), (state, key, n) => ({ n, key, seen: ++state.seen }))
    .columns({ n: 'bigint', key: 'int', seen: 'int' })
    .writeTo(sinks.localFile({ path: '${folder}/out', file_format_type: 'json' }))
`

const startMember = async (
  workspace: Workspace,
  role: 'master' | 'worker',
  port: number,
): Promise<{ readonly member: Started; readonly url: string }> => {
  const settings = {
    'hazelcast.cluster-name': `counter-${port}`,
    'hazelcast.network.port.port': role === 'master' ? port : 0,
    'hazelcast.network.join.tcp-ip.enabled': true,
    'hazelcast.network.join.tcp-ip.member-list': `127.0.0.1:${port}`,
    'seatunnel.engine.http.enable-http': true,
    'seatunnel.engine.http.port': 0,
  }
  const words = Object.entries(settings).flatMap(([key, value]) => ['-s', `${key}=${value}`])
  const member = workspace.start('member', '--role', role, ...words)
  const line = await member.textUntil('ready: ')
  return { member, url: /http:\S+/.exec(line)?.[0] ?? '' }
}

const upload = async (url: string, file: string): Promise<string> => {
  const curl = Bun.spawn(['curl', '-sS', '-F', `config_file=@${file}`, `${url}/submit-job/upload`])
  const answer = await new Response(curl.stdout).text()
  expect(await curl.exited).toBe(0)
  return (JSON.parse(answer) as { jobId: string }).jobId
}

const noCurl = Bun.which('curl') === null
if (noCurl) console.log('skipped: an uploaded counter (curl is not installed)')

test.skipIf(noCurl)(
  'a counter in code is bundled, uploaded, killed with its worker, and goes on where it was',
  async () => {
    await using workspace = await createWorkspace()
    const { folder } = workspace
    const port = freePort()
    const pids: number[] = []
    const start = async (role: 'master' | 'worker') => {
      const started = await startMember(workspace, role, port)
      pids.push(started.member.pid)
      return started
    }
    try {
      const master = await start('master')
      const worker = await start('worker')
      await workspace.write('counter.ts', jobText(folder))
      const bundled = await workspace.run('bundle', 'counter.ts')
      expect(bundled).toMatchObject({ exitCode: 0 })
      const jobId = await upload(master.url, join(folder, 'counter.bundle.js'))
      const reaches = (count: number) => async () => (await writtenRows(folder)).length >= count
      await until('rows come', reaches(500))

      process.kill(worker.member.pid, 'SIGKILL')
      await worker.member.finished
      const before = (await writtenRows(folder)).length
      await start('worker')
      await until('it goes on', reaches(before + 1000))

      const stop = await fetch(`${master.url}/stop-job`, {
        method: 'POST',
        body: JSON.stringify({ jobId, isStopWithSavePoint: true }),
      })
      expect(stop.status).toBe(200)
      await until('it has stopped', async () => {
        const info = (await (await fetch(`${master.url}/job-info/${jobId}`)).json()) as object
        return 'jobStatus' in info && info.jobStatus === 'SAVEPOINT_DONE'
      })
      const rows = await writtenRows(folder)
      expect(rows.map(({ n }) => n)).toEqual(rows.map((_, index) => index))
      // The states by key have counted each item of their own once, too.
      for (const { n, seen } of rows) expect(seen).toBe(Math.floor(n / 7) + 1)
      console.log(`killed after ${before} rows of ${rows.length}: each came once, in order`)
    } finally {
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It has ended.
        }
      }
    }
  },
  90_000,
)
