import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createWorkspace, type Finished, type Workspace } from '../tidegate.ts'
import { commandLineOn } from './commandLine.ts'
import { writtenRows } from './countedRows.ts'
import { until } from './files.ts'
import { infoOf, startRestMembers, untilStatus, type RestMembers } from './rest.ts'

/** Counts, goes on from its snapshots, and fails in a stage of its own where it comes to `failsAt`. */
const countingJob = (folder: string, failsAt: number): string => `
  import { pipeline, sinks, SourceBuilder } from 'tidegate'

  const counter = SourceBuilder.stream('counter', () => [0])
    .fillBuffer<number>((next, buffer) => buffer.add(next[0]!++))
    .createSnapshot((next) => next[0]!)
    .restoreSnapshot((next, saved) => { next[0] = saved[0]! })
    .build()

  export default pipeline({
    name: 'counting',
    env: { 'checkpoint.interval': 200, 'read_limit.rows_per_second': 200, 'job.retry.times': 0 },
  })
    .readFrom(counter)
    .map((n) => {
      if (n === ${failsAt}) throw new Error('It was enough.')
      return { n, seen: n }
    }, { name: 'looking' })
    .columns({ n: 'bigint', seen: 'bigint' })
    .writeTo(sinks.localFile({ path: '${folder}/out', file_format_type: 'json' }))
`

let members: RestMembers
let workspace: Workspace
beforeAll(async () => {
  members = await startRestMembers()
  workspace = await createWorkspace()
  const { clusterName, address } = members
  await workspace.write(
    'hazelcast-client.yaml',
    `hazelcast-client:
  cluster-name: ${clusterName}
  network: { cluster-members: ["${address}"] }`,
  )
}, 60_000)
afterAll(async () => {
  await workspace[Symbol.asyncDispose]()
  await members[Symbol.asyncDispose]()
})

/** Runs `tidegate` in a folder with a hazelcast-client.yaml. */
const run = (...words: readonly string[]): Promise<Finished> => workspace.run(...words)
const outOf = async (...words: readonly string[]): Promise<string> => {
  const { exitCode, out, err } = await run(...words)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  return out
}

describe('a worker', () =>
  commandLineOn(() => members.worker.url, {
    readCount: 10,
    error: /^error SQL-006 .* cannot be converted/m,
  }))

describe('a member that a hazelcast-client.yaml leads to', () => {
  test('takes a bundle, saves it while it runs, and lets it go on from TypeScript', async () => {
    const { folder } = workspace
    await workspace.write('counting.ts', countingJob(folder, -1))
    expect(await outOf('bundle', 'counting.ts')).toStartWith('counting.bundle.js: ')
    const jobId = (await outOf('submit', 'counting.bundle.js', '--async')).trim()
    const reaches = (count: number) => async () => (await writtenRows(folder)).length >= count
    await until('rows come', reaches(100))
    expect(await outOf('savepoint', '--keep', jobId)).toBe(`Job ${jobId} is saved and goes on.\n`)
    expect(await outOf('status', jobId)).toContain('counting RUNNING')
    expect(await outOf('savepoint', jobId)).toBe(`Job ${jobId}: SAVEPOINT_DONE\n`)
    const saved = (await writtenRows(folder)).length
    expect((await outOf('restore', jobId, 'counting.ts', '--async')).trim()).toBe(jobId)
    await until('it goes on', reaches(saved + 100))
    expect(await outOf('cancel', '--all')).toContain('1 job')
    await untilStatus(members.master, jobId, 'CANCELED')
    const rows = await writtenRows(folder)
    expect(rows.map(({ n }) => n)).toEqual(rows.map((_, index) => index))
    const metrics = JSON.parse(await outOf('metrics', jobId)) as { SourceReceivedCount: string }
    expect(Number(metrics.SourceReceivedCount)).toBeGreaterThanOrEqual(rows.length - saved)
    const jobs = JSON.parse(await outOf('list', 'jobs', '--format', 'json')) as object[]
    expect(jobs).toContainEqual(
      expect.objectContaining({ jobId, jobName: 'counting', jobStatus: 'CANCELED' }),
    )
  }, 60_000)

  test('tells the stage whose code has thrown, and the log that is followed ends with it', async () => {
    await workspace.write('failing.ts', countingJob(`${workspace.folder}/failing`, 300))
    const jobId = (await outOf('submit', 'failing.ts', '--async')).trim()
    const log = await outOf('logs', jobId, '--follow')
    expect(log).toContain('counting is RUNNING')
    expect(log.trim().split('\n').at(-1)).toMatch(/counting is FAILED: .*looking.*It was enough\./)
    expect(await outOf('status', jobId)).toMatch(/counting FAILED: .*\n.*looking.*It was enough\./)
  }, 60_000)

  test('ends a job with the command that waits for it, unless it is told not to', async () => {
    await workspace.write('waiting.ts', countingJob(`${workspace.folder}/waiting`, -1))
    for (const [more, ends] of [
      [['--close-job=false'], false],
      [[], true],
    ] as const) {
      const waiting = workspace.start('submit', 'waiting.ts', ...more)
      await waiting.tells('RUNNING')
      waiting.signal('SIGINT')
      const { exitCode, err } = await waiting.finished
      expect(exitCode).toBe(130)
      const jobId = /^Job (\d+) /.exec(err)![1]!
      expect(err).toContain(ends ? 'is being cancelled' : `goes on: tidegate status ${jobId}`)
      if (ends) await untilStatus(members.master, jobId, 'CANCELED')
      else expect((await infoOf(members.master, jobId)).jobStatus).toBe('RUNNING')
    }
  }, 60_000)

  test('stops none where one of the ids is not known', async () => {
    const [running] = JSON.parse(await outOf('metrics')) as { jobId: string }[]
    const { exitCode, err } = await run('cancel', running!.jobId, '1')
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringContaining('API-003') })
    expect(err).not.toContain('    at ')
    expect((await infoOf(members.master, running!.jobId)).jobStatus).toBe('RUNNING')
  })
})
