import { cpuSeconds, residentBytes } from './grid/servers.ts'
import {
  EXECUTABLE,
  FROM_SOURCE,
  startCluster,
  until,
  type BenchCluster,
  type BenchMember,
} from './cluster/members.ts'
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
const CODE_JOBS = 1000
const CODE_ROUND = 250
const FORGOTTEN_JOBS = 4000
const FORGOTTEN_ROUND = 1000
/** Jobs that are on their way to the master at once. */
const CLIENTS = 8
const LIST_ROUNDS = 15
const JOB_PATIENCE_MS = 300_000
/** For timers that end what has just ended. */
const SETTLE_MS = 3_000
/** Isolates give memory back when they have been quiet for five seconds. */
const QUIET_MS = 9_000
/** The last jobs expire a minute after their end, their code is removed a minute and a half after. */
const EXPIRY_PATIENCE_MS = 180_000

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

/** Adds a number; equal numbers make equal code. */
const codeAdding = (number: number): string => `
import { pipeline, sources, sinks } from 'tidegate'
export default pipeline({ name: 'short' })
  .readFrom(sources.items([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
  .map((value) => value + ${number})
  .writeTo(sinks.connector('Console', { 'log.print.data': false }))
`

/** Short jobs of one kind. */
interface ShortJobs {
  readonly name: string
  readonly path: string
  readonly body: (number: number) => string
}

const TEN_ROW_JOBS: ShortJobs = { name: 'ten-row jobs', path: '/submit-job', body: () => TEN_ROWS }
const SAME_CODE: ShortJobs = {
  name: 'jobs of one code',
  path: '/submit-job?format=js',
  body: () => codeAdding(1),
}
const OTHER_CODE: ShortJobs = { ...SAME_CODE, name: 'jobs of a code each', body: codeAdding }

const post = async (url: string, body: string): Promise<Submitted> => {
  const response = await fetch(url, { method: 'POST', body })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Submitted
}

/** Submits jobs from a number up to another, as fast as they are accepted. */
const submitAll = async (
  url: string,
  body: (number: number) => string,
  from: number,
  to: number,
): Promise<void> => {
  let next = from
  const client = async (): Promise<void> => {
    while (next < to) {
      next += 1
      await post(url, body(next))
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

const countOf = async (url: string): Promise<number> => {
  const response = await fetch(url)
  const listed = (await response.json()) as readonly unknown[] | Listed
  return Array.isArray(listed) ? listed.length : ((listed as Listed).total ?? 0)
}

const runningCount = (url: string): Promise<number> => countOf(`${url}/running-jobs`)

const allEnded = (url: string): Promise<true> =>
  until(
    'all jobs have ended',
    async () => ((await runningCount(url)) === 0 ? true : undefined),
    JOB_PATIENCE_MS,
  )

const withMembers = async (
  command: readonly string[],
  settings: readonly string[],
  work: (cluster: BenchCluster, masterUrl: string) => Promise<void>,
): Promise<void> => {
  await using cluster = await startCluster(['master', 'worker'], settings, command)
  await work(cluster, cluster.members[0]!.url)
}

const memoryOf = ([master, worker]: readonly BenchMember[]) => ({
  masterMB: megabytes(master!.pid),
  workerMB: megabytes(worker!.pid),
})

interface Rounds {
  readonly jobs: ShortJobs
  readonly total: number
  readonly round: number
  readonly detail: Readonly<Record<string, string | boolean>>
}

/** Rounds of jobs one after the other, and what the members hold after each. */
const shortJobs = async (
  emit: Emit,
  { members }: BenchCluster,
  { jobs, total, round, detail }: Rounds,
): Promise<void> => {
  const { url } = members[0]!
  await submitAll(`${url}${jobs.path}`, jobs.body, -CLIENTS, 0)
  await allEnded(url)
  for (let done = 0; done < total; done += round) {
    const startMs = performance.now()
    const usedBefore = members.map(({ pid }) => cpuSeconds(pid))
    await submitAll(`${url}${jobs.path}`, jobs.body, done, done + round)
    const acceptedMs = performance.now() - startMs
    await allEnded(url)
    const seconds = (performance.now() - startMs) / 1000
    const used = members.map(({ pid }, at) => cpuSeconds(pid) - usedBefore[at]!)
    await Bun.sleep(SETTLE_MS)
    emit({
      bench: 'jobs',
      name: jobs.name,
      value: rounded(round / seconds),
      unit: 'jobs/s',
      ...detail,
      acceptedMs: Math.round(acceptedMs),
      masterCpuSeconds: rounded(used[0]!),
      workerCpuSeconds: rounded(used[1]!),
      jobsSoFar: done + round,
      ...memoryOf(members),
    })
  }
}

/** Ten-row jobs whose history is kept. */
const smallJobs = (emit: Emit, command: readonly string[], total: number) =>
  withMembers(command, ['seatunnel.engine.history-job-expire-minutes=1440'], (cluster) => {
    const round = Math.min(SMALL_JOBS, total)
    return shortJobs(emit, cluster, { jobs: TEN_ROW_JOBS, total, round, detail: {} })
  })

/** Ten-row jobs that are forgotten after a minute, and what is held when all of them are. */
const forgottenJobs = (emit: Emit, command: readonly string[], total: number) =>
  withMembers(command, ['seatunnel.engine.history-job-expire-minutes=1'], async (cluster, url) => {
    const round = Math.min(FORGOTTEN_ROUND, total)
    const detail = { history: 'one minute' }
    await shortJobs(emit, cluster, { jobs: TEN_ROW_JOBS, total, round, detail })
    await until(
      'all jobs are forgotten',
      async () =>
        (await countOf(`${url}/finished-jobs/FINISHED?page=1&rows=1`)) === 0 ? true : undefined,
      EXPIRY_PATIENCE_MS,
    )
    await Bun.sleep(SETTLE_MS)
    const { masterMB, workerMB } = memoryOf(cluster.members)
    emit({
      bench: 'jobs',
      name: 'all jobs forgotten',
      value: masterMB,
      unit: 'MB of the master',
      workerMB,
      jobs: total,
    })
  })

/** Jobs in code, with the code of ended jobs kept and not. */
const codeJobs = async (
  emit: Emit,
  command: readonly string[],
  jobs: ShortJobs,
  total: number,
): Promise<void> => {
  for (const keepsCode of [true, false]) {
    const settings = [
      `seatunnel.engine.classloader-cache-mode=${keepsCode}`,
      'seatunnel.engine.history-job-expire-minutes=1',
    ]
    const round = Math.min(CODE_ROUND, total)
    await withMembers(command, settings, (cluster) =>
      shortJobs(emit, cluster, { jobs, total, round, detail: { keepsCode } }),
    )
  }
}

/** Jobs that run and wait, all on one worker, and how long their list takes. */
const idleJobs = (emit: Emit, command: readonly string[], count: number) =>
  withMembers(command, [], async (cluster, url) => {
    const [master, worker] = cluster.members
    const beforeMB = megabytes(worker!.pid)
    const startMs = performance.now()
    await submitAll(`${url}/submit-job`, () => IDLE, 0, count)
    const running = async (): Promise<true | undefined> => {
      const response = await fetch(`${url}/running-jobs`)
      const jobs = (await response.json()) as readonly { readonly jobStatus: string }[]
      return jobs.filter(({ jobStatus }) => jobStatus === 'RUNNING').length >= count
        ? true
        : undefined
    }
    await until(`${count} jobs run`, running, JOB_PATIENCE_MS)
    const seconds = rounded((performance.now() - startMs) / 1000)
    await Bun.sleep(QUIET_MS)
    const times: number[] = []
    for (let round = 0; round < LIST_ROUNDS; round += 1) {
      const askedMs = performance.now()
      await runningCount(url)
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
 * Many jobs on a master and a worker. Options: `small`, `forgotten`, `code` (the same for all jobs),
 * `codes` (another for each) or `idle` for that part only, a number for how many jobs, and
 * `executable` for members of `dist/tidegate`.
 */
export const run = async (emit: Emit, options: readonly string[]): Promise<void> => {
  const given = Number(options.find((option) => /^\d+$/.test(option)) ?? 0)
  const count = (usual: number): number => (given === 0 ? usual : given)
  const command = options.includes('executable') ? EXECUTABLE : FROM_SOURCE
  const part = options.find((option) => /^[a-z]+$/.test(option) && option !== 'executable')
  const wants = (name: string): boolean => part === undefined || part === name
  if (wants('small')) await smallJobs(emit, command, count(SMALL_JOBS))
  if (wants('forgotten')) await forgottenJobs(emit, command, count(FORGOTTEN_JOBS))
  if (wants('code')) await codeJobs(emit, command, SAME_CODE, count(CODE_JOBS))
  if (wants('codes')) await codeJobs(emit, command, OTHER_CODE, count(CODE_JOBS))
  if (wants('idle')) await idleJobs(emit, command, count(IDLE_JOBS))
}
