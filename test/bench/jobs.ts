import { cpuSeconds, residentBytes } from './grid/servers.ts'
import { startCluster, until, type BenchCluster } from './cluster/members.ts'
import type { Figure } from './main.ts'

type Emit = (figure: Figure) => void

interface Submitted {
  readonly jobId: string
}

interface Listed {
  readonly total?: number
}

const SMALL_JOBS = 200
const IDLE_JOBS = 300
/** Jobs that are on their way to the master at once. */
const CLIENTS = 8
const LIST_ROUNDS = 15
const JOB_PATIENCE_MS = 300_000
/** For timers that end what has just ended. */
const SETTLE_MS = 3_000

const rounded = (value: number): number => Math.round(value * 10) / 10

const megabytes = (pid: number): number => rounded(residentBytes(pid) / 1e6)

/** A job of ten rows, as the documents of both tools begin with. */
const TEN_ROWS = JSON.stringify({
  env: { 'job.mode': 'BATCH', parallelism: 1 },
  source: [
    {
      plugin_name: 'FakeSource',
      'row.num': 10,
      schema: { fields: { id: 'int', name: 'string' } },
    },
  ],
  sink: [{ plugin_name: 'Console', 'log.print.data': false }],
})

/** A job that runs for ever and does nothing most of the time. */
const IDLE = JSON.stringify({
  env: { 'job.mode': 'STREAMING', parallelism: 1 },
  source: [
    {
      plugin_name: 'FakeSource',
      'row.num': 1000,
      'split.num': 1000,
      'split.read-interval': 60_000,
      schema: { fields: { id: 'int' } },
    },
  ],
  sink: [{ plugin_name: 'Console', 'log.print.data': false }],
})

/** Counts to ten by key; each job has the same code, as a user who runs one again and again. */
const CODE = `
import { pipeline, sources, sinks } from 'tidegate'
export default pipeline({ name: 'short' })
  .readFrom(sources.items([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
  .map((value) => value + 1)
  .writeTo(sinks.connector('Console', { 'log.print.data': false }))
`

const post = async (url: string, body: string): Promise<Submitted> => {
  const response = await fetch(url, { method: 'POST', body })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Submitted
}

/** Submits so many jobs, as fast as they are accepted. */
const submitAll = async (url: string, body: string, count: number): Promise<void> => {
  let next = 0
  const client = async (): Promise<void> => {
    for (; next < count;) {
      next += 1
      await post(url, body)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

const countOf = async (url: string): Promise<number> => {
  const response = await fetch(url)
  const listed = (await response.json()) as readonly unknown[] | Listed
  return Array.isArray(listed) ? listed.length : ((listed as Listed).total ?? 0)
}

const finished = (url: string, count: number): Promise<true> =>
  until(
    `${count} jobs are finished`,
    async () => {
      const listed = await countOf(`${url}/finished-jobs/FINISHED?page=1&rows=1`)
      return listed >= count ? true : undefined
    },
    JOB_PATIENCE_MS,
  )

const withMembers = async (
  settings: readonly string[],
  work: (cluster: BenchCluster, masterUrl: string) => Promise<void>,
): Promise<void> => {
  await using cluster = await startCluster(['master', 'worker'], settings)
  await work(cluster, cluster.members[0]!.url)
}

/** Rounds of jobs one after the other, and what the members hold after each. */
const shortJobs = (emit: Emit, name: string, path: string, body: string, rounds: number) =>
  withMembers(['seatunnel.engine.history-job-expire-minutes=1440'], async (cluster, url) => {
    const [master, worker] = cluster.members
    await submitAll(`${url}${path}`, body, CLIENTS)
    await finished(url, CLIENTS)
    for (let round = 1; round <= rounds; round += 1) {
      const startMs = performance.now()
      const usedBefore = cluster.members.map(({ pid }) => cpuSeconds(pid))
      await submitAll(`${url}${path}`, body, SMALL_JOBS)
      const acceptedMs = performance.now() - startMs
      await finished(url, CLIENTS + round * SMALL_JOBS)
      const seconds = (performance.now() - startMs) / 1000
      const used = cluster.members.map(({ pid }, at) => cpuSeconds(pid) - usedBefore[at]!)
      await Bun.sleep(SETTLE_MS)
      emit({
        bench: 'jobs',
        name,
        value: rounded(SMALL_JOBS / seconds),
        unit: 'jobs/s',
        acceptedMs: Math.round(acceptedMs),
        masterCpuSeconds: rounded(used[0]!),
        workerCpuSeconds: rounded(used[1]!),
        jobsSoFar: CLIENTS + round * SMALL_JOBS,
        masterMB: megabytes(master!.pid),
        workerMB: megabytes(worker!.pid),
      })
    }
  })

/** Jobs that run and wait, all on one worker, and how long their list takes. */
const idleJobs = (emit: Emit, count: number) =>
  withMembers([], async (cluster, url) => {
    const [master, worker] = cluster.members
    const beforeMB = megabytes(worker!.pid)
    const startMs = performance.now()
    await submitAll(`${url}/submit-job`, IDLE, count)
    const running = async (): Promise<true | undefined> => {
      const response = await fetch(`${url}/running-jobs`)
      const jobs = (await response.json()) as readonly { readonly jobStatus: string }[]
      return jobs.filter(({ jobStatus }) => jobStatus === 'RUNNING').length >= count
        ? true
        : undefined
    }
    await until(`${count} jobs run`, running, JOB_PATIENCE_MS)
    const seconds = rounded((performance.now() - startMs) / 1000)
    await Bun.sleep(SETTLE_MS)
    const times: number[] = []
    for (let round = 0; round < LIST_ROUNDS; round += 1) {
      const askedMs = performance.now()
      await countOf(`${url}/running-jobs`)
      times.push(performance.now() - askedMs)
    }
    times.sort((left, right) => left - right)
    const figure = { bench: 'jobs', jobs: count } as const
    emit({
      ...figure,
      name: 'idle streaming jobs',
      value: megabytes(worker!.pid),
      unit: 'MB of the worker',
      beforeMB,
      masterMB: megabytes(master!.pid),
      seconds,
    })
    emit({
      ...figure,
      name: 'running-jobs',
      value: rounded(times[LIST_ROUNDS >> 1]!),
      unit: 'ms',
      minimum: rounded(times[0]!),
      maximum: rounded(times.at(-1)!),
    })
  })

/**
 * Many jobs on a master and a worker. Options: `small`, `code` or `idle` for that part only, and a
 * number for how many jobs (in hundreds for the first two; 200 unless told, 300 idle ones).
 */
export const run = async (emit: Emit, options: readonly string[]): Promise<void> => {
  const count = Number(options.find((option) => /^\d+$/.test(option)) ?? 0)
  const part = options.find((option) => /^[a-z]+$/.test(option))
  const rounds = Math.max(1, Math.round(count / SMALL_JOBS))
  const wants = (name: string): boolean => part === undefined || part === name
  if (wants('small')) await shortJobs(emit, 'ten-row jobs', '/submit-job', TEN_ROWS, rounds)
  if (wants('code')) await shortJobs(emit, 'code jobs', '/submit-job?format=js', CODE, rounds)
  if (wants('idle')) await idleJobs(emit, count === 0 ? IDLE_JOBS : count)
}
