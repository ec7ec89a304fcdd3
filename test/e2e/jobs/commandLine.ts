import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { until } from './files.ts'
import { infoOf, restAt, type JobAnswer } from './rest.ts'
import { createWorkspace, PROJECT_ROOT, type Finished, type Workspace } from '../tidegate.ts'

const ENDLESS = `
env { job.mode = STREAMING, job.name = "\${name}", checkpoint.interval = 500 }
source { FakeSource {
  row.num = 10000, split.num = 10000, split.read-interval = 200
  schema { fields { id = bigint, name = string } }
} }
sink { Console { log.print.data = false } }`

const FAILING = `
env { job.mode = BATCH, job { name = fails, retry.times = 0 } }
source { FakeSource { plugin_output = fake, row.num = 10, schema { fields { name = string } } } }
transform { Sql { plugin_output = out, query = "select cast(name as int) as number from fake" } }
sink { Console { plugin_input = out } }`

/** How a server tells that a text is no number. */
export interface ToldFailure {
  readonly readCount: number
  readonly error: RegExp
}

/**
 * What the command line does on a member and on a real SeaTunnel at `urlOf()`: what works here goes
 * along to there.
 */
export const commandLineOn = (urlOf: () => string, failure: ToldFailure): void => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await createWorkspace()
    await workspace.write('endless.conf', ENDLESS)
    await workspace.write('failing.conf', FAILING)
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  const run = (...words: readonly string[]): Promise<Finished> =>
    workspace.run(...words, '--url', urlOf())

  const job = (jobId: string): Promise<JobAnswer> => infoOf(restAt(urlOf()), jobId)
  const untilStatus = (jobId: string, status: string): Promise<number> =>
    until(`${jobId} is ${status}`, async () => (await job(jobId)).jobStatus === status)
  // SeaTunnel tells RUNNING before its tasks are ready; a savepoint asked of it then never ends.
  const untilItReads = (jobId: string): Promise<number> =>
    until(
      `${jobId} reads`,
      async () => Number((await job(jobId)).metrics?.['SourceReceivedCount']) > 0,
    )

  const submitted = async (...words: readonly string[]): Promise<string> => {
    const { out, err, exitCode } = await run('submit', 'endless.conf', '--async', ...words)
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    return out.trim()
  }

  test('submits an example, waits for its end, and tells of it', async () => {
    const hello = join(PROJECT_ROOT, 'jobs/examples/hello.conf')
    const { exitCode, out, err } = await run('submit', hello, '--format', 'json')
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.stringContaining('FINISHED') })
    const { jobId, jobStatus } = JSON.parse(out.trim()) as { jobId: string; jobStatus: string }
    expect(jobStatus).toBe('FINISHED')
    expect((await run('status', jobId)).out).toContain('hello FINISHED: 10 rows read')
    expect((await run('list', 'jobs')).out).toMatch(new RegExp(`^${jobId} +hello +FINISHED`, 'm'))
    const { out: metrics } = await run('metrics', jobId)
    expect(JSON.parse(metrics)).toMatchObject({ SourceReceivedCount: '10' })
  }, 60_000)

  test('stops with a savepoint, goes on from it, and cancels several', async () => {
    const first = await submitted('-i', 'name=one')
    await untilItReads(first)
    expect((await run('savepoint', first)).out).toBe(`Job ${first}: SAVEPOINT_DONE\n`)
    expect(await submitted('-i', 'name=one', '--restore', first)).toBe(first)
    const second = await submitted('-i', 'name=two', '--set-job-id', '4242424242424242422')
    expect(second).toBe('4242424242424242422')
    for (const jobId of [first, second]) await untilStatus(jobId, 'RUNNING')
    expect((await run('list', 'jobs')).out).toMatch(new RegExp(`^${second} +two +RUNNING`, 'm'))
    expect((await run('cancel', first, second)).exitCode).toBe(0)
    for (const jobId of [first, second]) await untilStatus(jobId, 'CANCELED')
  }, 60_000)

  test('takes the retries of the job along, and tells why it failed in a sentence', async () => {
    const { exitCode, err } = await run('submit', 'failing.conf')
    expect(exitCode).toBe(1)
    expect(err).toMatch(new RegExp(`Total Read Count +: ${failure.readCount}\n`))
    expect(err).toMatch(failure.error)
    expect(err).not.toMatch(/^\s+at /m)
  }, 60_000)

  test('tells what this server does not know', async () => {
    const unknown = await run('status', '1')
    expect(unknown).toMatchObject({ exitCode: 1, err: expect.stringContaining('API-003') })
    for (const verb of ['cancel', 'savepoint']) {
      const { exitCode, err } = await run(verb, '1')
      expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringContaining('API-003') })
    }
    const kept = await run('savepoint', '--keep', '1')
    expect(kept).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/savepoint-job answered 400: ./),
    })
  }, 60_000)

  test('is found by the flags of seatunnel.sh through seatunnel.yaml', async () => {
    const { port, pathname } = new URL(urlOf())
    await workspace.write(
      'seatunnel.yaml',
      `seatunnel: { engine: { http: { port: ${port}, context-path: ${pathname} } } }`,
    )
    const flags = async (...words: readonly string[]): Promise<string> => {
      const { exitCode, out, err } = await workspace.run(...words)
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
      return out
    }
    const launch = ['-c', 'endless.conf', '-m', 'cluster', '-i', 'name=flags', '--async']
    const jobId = (await flags(...launch)).trim()
    await untilItReads(jobId)
    expect(await flags('-l')).toContain(jobId)
    expect(await flags('-j', jobId)).toContain('flags RUNNING')
    expect(await flags('--metrics', jobId)).toContain('"SourceReceivedCount"')
    expect(await flags('--get_running_job_metrics')).toContain(jobId)
    expect(await flags('-s', jobId)).toContain('SAVEPOINT_DONE')
    expect((await flags(...launch, '-r', jobId)).trim()).toBe(jobId)
    await untilStatus(jobId, 'RUNNING')
    expect(await flags('-can', jobId)).toContain('1 job')
    await untilStatus(jobId, 'CANCELED')
  }, 60_000)
}
