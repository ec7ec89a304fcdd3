import { expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProcessCluster, type ProcessCluster } from './cluster.ts'

const ROWS = 4000

const job = (folder: string): string => `
  env {
    job.name = failover, parallelism = 2, checkpoint.interval = 100
    read_limit.rows_per_second = 500, job.retry.times = 100
  }
  source {
    LocalFile {
      path = "${folder}/in"
      file_format_type = csv
      schema { fields { id = bigint } }
    }
  }
  sink {
    LocalFile { path = "${folder}/out", tmp_path = "${folder}/tmp", file_format_type = csv }
  }`

const writeRows = async (folder: string): Promise<void> => {
  const ids = Array.from({ length: ROWS }, (_, id) => `${id}\n`)
  for (let file = 0; file < 8; file += 1) {
    const part = ids.slice((file * ROWS) / 8, ((file + 1) * ROWS) / 8)
    await Bun.write(join(folder, 'in', `${file}.csv`), part.join(''))
  }
}

const rowsIn = async (folder: string): Promise<number[]> => {
  const ids: number[] = []
  for (const name of await readdir(join(folder, 'out')).catch(() => [])) {
    const text = await Bun.file(join(folder, 'out', name)).text()
    for (const line of text.split('\n')) if (line !== '') ids.push(Number(line))
  }
  return ids.sort((left, right) => left - right)
}

const until = async (what: string, isSo: () => Promise<boolean>): Promise<number> => {
  const startMs = performance.now()
  while (!(await isSo())) {
    if (performance.now() - startMs > 20_000) throw new Error(`Never: ${what}`)
    await Bun.sleep(10)
  }
  return performance.now() - startMs
}

const withJob = async (
  work: (cluster: ProcessCluster, folder: string, jobId: string) => Promise<void>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-'))
  const cluster = createProcessCluster()
  try {
    await writeRows(folder)
    for (let count = 0; count < 3; count += 1) await cluster.start('master')
    for (let count = 0; count < 2; count += 1) await cluster.start('worker')
    const content = { text: job(folder), format: 'hocon' as const, file: 'job.conf', variables: {} }
    const { jobId } = await cluster.call('submit', { content })
    await until('rows come', async () => (await rowsIn(folder)).length > 200)
    await work(cluster, folder, jobId)
    const info = (await cluster.call('ended', jobId))!
    expect(info.errorMsg).toBeNull()
    expect(info.jobStatus).toBe('FINISHED')
    expect(await rowsIn(folder)).toEqual(Array.from({ length: ROWS }, (_, id) => id))
  } catch (thrown) {
    for (const member of cluster.members) console.log(member.role, member.pid, member.log())
    throw thrown
  } finally {
    await cluster[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
}

test('the active master is killed: no task starts again, and each row comes once', async () => {
  await withJob(async (cluster, folder, jobId) => {
    const before = (await rowsIn(folder)).length
    const master = await cluster.activeMaster()
    master.kill('SIGKILL')
    const tookMs = await until('more rows', async () => (await rowsIn(folder)).length > before)
    console.log(`rows were committed again ${Math.round(tookMs)} ms after the master was killed`)
    const events = (await cluster.call('events', jobId))!
    expect(events.filter(({ pipelineStatus }) => pipelineStatus === 'DEPLOYING')).toHaveLength(1)
  })
}, 90_000)

test('a worker is killed: the job goes on without it, and each row comes once', async () => {
  await withJob(async (cluster, folder, jobId) => {
    const before = (await rowsIn(folder)).length
    const worker = cluster.members.find(({ role }) => role === 'worker')!
    worker.kill('SIGKILL')
    const tookMs = await until('more rows', async () => (await rowsIn(folder)).length > before)
    console.log(`rows were committed again ${Math.round(tookMs)} ms after the worker was killed`)
    const failures = (await cluster.call('failures', jobId))!
    expect(failures).toMatchObject([{ code: 'JOB-021' }])
  })
}, 90_000)

test('worker and active master are killed at once, and each row comes once', async () => {
  await withJob(async (cluster) => {
    cluster.members.find(({ role }) => role === 'worker')!.kill('SIGKILL')
    const master = await cluster.activeMaster()
    master.kill('SIGKILL')
    await cluster.activeMaster()
  })
}, 90_000)
