import { startCluster, until, type BenchCluster, type BenchMember } from './cluster/members.ts'
import type { Figure } from './main.ts'

type Emit = (figure: Figure) => void

const ROUNDS = 3
const ROLES = ['master', 'master', 'master', 'worker', 'worker'] as const
/** How often each of the two readers has a row. */
const ROW_EVERY_MS = 10
const ROWS_BEFORE = 300
/** Whatever follows a kill has happened by then. */
const WATCH_MS = 6_000
/** A row that comes so long after the one before is late. */
const LATE_MS = 1_000

const jobOf = (port: number): string =>
  JSON.stringify({
    env: { 'job.mode': 'STREAMING', parallelism: 2, 'checkpoint.interval': 1000 },
    source: [
      {
        plugin_name: 'FakeSource',
        'row.num': 5_000,
        'split.num': 5_000,
        'split.read-interval': ROW_EVERY_MS,
        schema: { fields: { id: 'int' } },
      },
    ],
    sink: [{ plugin_name: 'Socket', host: '127.0.0.1', port, max_retries: 3 }],
  })

/** When rows have arrived, each line one of them. */
const listen = () => {
  const arrivals: number[] = []
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data: (_, bytes) => {
        const nowMs = performance.now()
        for (const byte of bytes) if (byte === 10) arrivals.push(nowMs)
      },
    },
  })
  return { port: server.port, arrivals, stop: () => server.stop(true) }
}

interface Pause {
  /** From the kill until the row that ends the longest pause after it. */
  readonly untilMs: number
  readonly longestMs: number
  readonly lateCount: number
}

const pauseAfter = (arrivals: readonly number[], killedMs: number): Pause => {
  let longestMs = 0
  let untilMs = 0
  let lateCount = 0
  let beforeMs = killedMs
  for (const atMs of arrivals) {
    if (atMs < killedMs) continue
    const pauseMs = atMs - beforeMs
    if (pauseMs > LATE_MS) lateCount += 1
    if (pauseMs > longestMs) {
      longestMs = pauseMs
      untilMs = atMs - killedMs
    }
    beforeMs = atMs
  }
  if (beforeMs < killedMs + WATCH_MS - LATE_MS) throw new Error('No row came after the kill')
  return { untilMs, longestMs, lateCount }
}

interface Event {
  readonly pipelineStatus: string | null
}

/** How often the tasks of the job were started, as a member that is left tells. */
const deployments = (cluster: BenchCluster, jobId: string): Promise<number> =>
  until('the events of the job', async () => {
    const { url } = await cluster.activeMaster()
    const response = await fetch(`${url}/job-info/${jobId}/events`).catch(() => undefined)
    if (response?.ok !== true) return undefined
    const events = (await response.json()) as readonly Event[]
    const count = events.filter(({ pipelineStatus }) => pipelineStatus === 'DEPLOYING').length
    return count > 0 ? count : undefined
  })

type Victim = (cluster: BenchCluster) => Promise<BenchMember>

const killed = async (victimOf: Victim): Promise<Pause & { readonly deployments: number }> => {
  const rows = listen()
  await using cluster = await startCluster(ROLES)
  try {
    const { url } = await cluster.activeMaster()
    const response = await fetch(`${url}/submit-job`, { method: 'POST', body: jobOf(rows.port) })
    const { jobId } = (await response.json()) as { readonly jobId: string }
    await until('rows come', async () => (rows.arrivals.length > ROWS_BEFORE ? true : undefined))
    const victim = await victimOf(cluster)
    const killedMs = performance.now()
    victim.kill()
    await Bun.sleep(WATCH_MS)
    return {
      ...pauseAfter(rows.arrivals, killedMs),
      deployments: await deployments(cluster, jobId),
    }
  } finally {
    rows.stop()
  }
}

const measure = async (emit: Emit, name: string, victimOf: Victim): Promise<void> => {
  const rounds: Awaited<ReturnType<typeof killed>>[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await killed(victimOf))
  const times = rounds.map(({ untilMs }) => Math.round(untilMs)).sort((a, b) => a - b)
  emit({
    bench: 'failover',
    name,
    value: times[times.length >> 1]!,
    unit: 'ms to the row after the longest pause',
    minimum: times[0]!,
    maximum: times.at(-1)!,
    longestPauseMs: Math.round(Math.max(...rounds.map(({ longestMs }) => longestMs))),
    pausesOfMoreThanASecond: rounds.reduce((sum, { lateCount }) => sum + lateCount, 0),
    deployments: rounds.map((round) => round.deployments).join(' '),
    rounds: ROUNDS,
  })
}

/** How long rows stop when a worker or the active master is killed; an option names one of them. */
export const run = async (emit: Emit, options: readonly string[]): Promise<void> => {
  const wants = (name: string): boolean => options.length === 0 || options.includes(name)
  if (wants('worker')) {
    await measure(emit, 'worker', async ({ members }) => members.at(-1)!)
  }
  if (wants('master')) await measure(emit, 'active master', (cluster) => cluster.activeMaster())
}
