import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterJson } from '../../../members/http/index.ts'
import { createWorkspace } from '../tidegate.ts'
import { until } from './running.ts'

const set = (...settings: readonly string[]): string[] =>
  settings.flatMap((setting) => ['-s', setting])

/** A member on free ports that looks for nobody. */
const ALONE = set(
  'hazelcast.network.port.port=0',
  'hazelcast.network.join.multicast.enabled=false',
  'seatunnel.engine.http.port=0',
)

const httpUrlIn = (text: string): string => /http:\S+/.exec(text)![0]

describe('tidegate member -d', () => {
  test('runs in the background, once, until it is stopped', async () => {
    await using workspace = await createWorkspace()
    const start = (): Promise<{ exitCode: number; out: string; err: string }> =>
      workspace.run('member', '--daemon', ...ALONE)
    const stop = () => workspace.run('member', '--stop')
    const started = await start()
    expect(started).toMatchObject({ exitCode: 0, err: '' })
    try {
      const url = httpUrlIn(started.out)
      expect((await fetch(`${url}/health/ready`)).status).toBe(200)
      const shown = await workspace.run('members', '--url', url, '--format', 'json')
      expect(JSON.parse(shown.out)).toMatchObject({ members: [{ isActiveMaster: true }] })
      const second = await start()
      expect(second).toMatchObject({ exitCode: 2, out: '' })
      expect(second.err).toContain('CLI-003 A member runs already')
    } finally {
      expect(await stop()).toMatchObject({ exitCode: 0 })
    }
    const log = join(workspace.folder, '.state/tidegate/logs/member.log')
    expect(readFileSync(log, 'utf8')).toMatch(/SIGTERM: leaving the cluster\n.* ended\n$/)
    expect((await stop()).err).toContain('CLI-003 No member runs')
  })

  test('shows why a member did not start', async () => {
    await using workspace = await createWorkspace()
    const settings = set(
      'hazelcast.network.interfaces.enabled=true',
      'hazelcast.network.interfaces.interfaces=1.2.3.4',
      'tidegate.insecure=true',
    )
    const { exitCode, err } = await workspace.run('member', '-d', ...ALONE, ...settings)
    expect(exitCode).toBe(2)
    expect(err).toContain('before it was ready')
    expect(err).toContain('CFG-005 No address of this machine')
  })
})

describe('tidegate member with a memory limit', () => {
  test('leaves a heap snapshot, leaves the cluster and fails when it is reached', async () => {
    await using workspace = await createWorkspace()
    const limit = set('tidegate.memory-limit-megabytes=1', 'tidegate.data-folder=kept')
    const { exitCode, out, err } = await workspace.run('member', '-r', 'master', ...ALONE, ...limit)
    expect(exitCode).toBe(1)
    expect(out).toContain('ready: ')
    expect(err).toMatch(/HST-007 \d+ MB are held, 1 MB are allowed; .* kept\/master.heapsnapshot/)
    expect(err).toContain('SIGTERM: leaving the cluster')
    const snapshot = readFileSync(join(workspace.folder, 'kept/master.heapsnapshot'), 'utf8')
    expect(JSON.parse(snapshot)).toHaveProperty('snapshot.meta.node_fields')
  })
})

describe('tidegate members', () => {
  test('prints the table', async () => {
    await using workspace = await createWorkspace()
    const member = workspace.start('member', ...ALONE)
    await member.shows('ready: ')
    member.signal('SIGTERM')
    const { out, exitCode } = await member.finished
    expect(exitCode).toBe(0)
    const again = workspace.start('member', ...ALONE)
    await again.tells('ready: ')
    again.signal('SIGINT')
    expect((await again.finished).exitCode).toBe(0)
    expect(out).toMatch(/^ready: master_and_worker 127\.0\.0\.1:\d+ \(.*\), one of 1 in seatunnel/)
  })

  test('says so when nobody answers', async () => {
    await using workspace = await createWorkspace()
    const { exitCode, err } = await workspace.run('members', '--url', 'http://127.0.0.1:1')
    expect(exitCode).toBe(1)
    expect(err).toContain('API-002 http://127.0.0.1:1/members cannot be asked')
  })
})

describe('tidegate cluster', () => {
  test('shows every member, and who dies', async () => {
    await using workspace = await createWorkspace()
    const cluster = workspace.start('cluster', '--masters', '2', '--workers', '1')
    const table = await cluster.textUntil('Ctrl-C stops all of them.')
    const rows = [...table.matchAll(/^(\S+)\s+(master|worker)\s+127\S+\s+(http\S+)\s+(\d+)$/gm)]
    expect(rows.map(([, name]) => name)).toEqual(['master-1', 'master-2', 'worker-1'])
    const fromWorker = await (await fetch(`${rows[2]![3]}/cluster`)).json()
    expect(fromWorker).toMatchObject({ members: { length: 3 } })
    const { members } = fromWorker as ClusterJson
    expect(members.find(({ isLocal }) => isLocal)!.isActiveMaster).toBe(true)
    process.kill(Number(rows[0]![4]), 'SIGKILL')
    await cluster.tells('master-1 died of SIGKILL; 2 of 3 members are left.')
    cluster.signal('SIGINT')
    const { exitCode } = await cluster.finished
    expect(exitCode).toBe(0)
    for (const row of rows) expect(() => process.kill(Number(row[4]), 0)).toThrow()
  }, 30_000)

  test('starts nothing when a job cannot be read', async () => {
    await using workspace = await createWorkspace()
    const words = ['--masters', '1', '--workers', '0', '--job', 'missing.conf']
    const { exitCode, out, err } = await workspace.run('cluster', ...words)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain('HST-001')
  }, 20_000)

  test('takes its members with it when it is killed', async () => {
    await using workspace = await createWorkspace()
    const cluster = workspace.start('cluster', '--masters', '1', '--workers', '0')
    const table = await cluster.textUntil('Ctrl-C stops all of them.')
    const pid = Number(/ (\d+)$/m.exec(table)![1])
    process.kill(cluster.pid, 'SIGKILL')
    await cluster.finished
    const isGone = (): boolean => {
      try {
        return !process.kill(pid, 0)
      } catch {
        return true
      }
    }
    await until('the member is gone', 10_000, isGone)
  }, 20_000)

  test('refuses to start without a master', async () => {
    await using workspace = await createWorkspace()
    const { exitCode, err } = await workspace.run('cluster', '--masters', '0')
    expect(exitCode).toBe(2)
    expect(err).toContain('--masters cannot be 0')
  })
})

describe('tidegate doctor', () => {
  test('finds a port that is taken, and says what to do', async () => {
    await using workspace = await createWorkspace()
    const holder = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => {} } })
    const settings = set(
      `hazelcast.network.port.port=${holder.port}`,
      'hazelcast.network.port.auto-increment=false',
      'seatunnel.engine.http.port=0',
    )
    const words = ['--format', 'json', ...settings]
    const ill = await workspace.run('doctor', ...words)
    expect(ill.exitCode).toBe(1)
    const findings = JSON.parse(ill.out) as { name: string; status: string; mend?: string }[]
    const port = findings.find(({ name }) => name === 'member port')
    expect(port).toMatchObject({ status: 'fail' })
    expect(port?.mend).toContain('hazelcast.network.port.port')
    holder.stop()
    const well = await workspace.run('doctor', ...words)
    const names = (JSON.parse(well.out) as { name: string; status: string }[]).map(
      ({ name }) => name,
    )
    expect(well.exitCode).toBe(0)
    expect(names).toEqual([
      'member port',
      'HTTP port',
      'multicast',
      'clock',
      'disk',
      'open files',
      'memory',
      'backups',
    ])
  })
})
