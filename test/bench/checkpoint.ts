import { startCluster, until } from './cluster/members.ts'
import { cpuSeconds } from './grid/servers.ts'
import type { Figure } from './main.ts'

const KEY_BYTES = 1000
const WINDOW_MS = 8_000
/** One of so many rows comes out: enough to see pauses, few enough to cost nothing. */
const SHOWN_EVERY = 64
const FILL_PATIENCE_MS = 120_000

interface Mode {
  readonly name: string
  readonly settings: string
}

const MODES: readonly Mode[] = [
  { name: 'none', settings: '' },
  {
    name: 'exactly-once',
    settings: `env: { 'checkpoint.interval': 1000, 'processing-guarantee': 'EXACTLY_ONCE' },`,
  },
  {
    name: 'at-least-once',
    settings: `env: { 'checkpoint.interval': 1000, 'processing-guarantee': 'AT_LEAST_ONCE' },`,
  },
]

/** Two readers go through all keys again and again; the state of each key has a kilobyte. */
const codeOf = (port: number, keyCount: number, { settings }: Mode): string => `
import { pipeline, SourceBuilder, sinks } from 'tidegate'
const keys = SourceBuilder.stream('keys', () => ({ next: 0 }))
  .fillBuffer((state, buffer) => {
    for (let count = 0; count < 1024; count += 1) {
      buffer.add(state.next)
      state.next = (state.next + 1) % ${keyCount}
    }
  })
  .createSnapshot((state) => state.next)
  .restoreSnapshot((state, [next]) => { state.next = next ?? 0 })
  .distributed()
  .build()
export default pipeline({ name: 'keyed-state', parallelism: 2, ${settings} })
  .readFrom(keys)
  .groupingKey((key) => key)
  .mapStateful(
    () => ({ count: 0, text: 'x'.repeat(${KEY_BYTES}) }),
    (state, key) => {
      state.count += 1
      return (state.count + key) % ${SHOWN_EVERY} === 0 ? { rows: state.count } : null
    },
  )
  .columns({ rows: 'bigint' })
  .writeTo(sinks.socket({ host: '127.0.0.1', port: ${port}, max_retries: 3 }))
`

/** Counts lines, and sees the longest time without any. */
const listen = () => {
  let lines = 0
  let lastMs = performance.now()
  let pauseMs = 0
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data: (_, bytes) => {
        const nowMs = performance.now()
        pauseMs = Math.max(pauseMs, nowMs - lastMs)
        lastMs = nowMs
        for (const byte of bytes) if (byte === 10) lines += 1
      },
    },
  })
  return {
    port: server.port,
    lines: () => lines,
    takePauseMs: () => {
      const longest = pauseMs
      pauseMs = 0
      return longest
    },
    stop: () => server.stop(true),
  }
}

interface Result {
  readonly rowsPerSecond: number
  readonly pauseMs: number
  readonly checkpoints: number
  /** Independent of what else this machine does. */
  readonly rowsPerCpuSecond: number
  readonly masterCpuSeconds: number
}

const checkpointsOf = async (url: string, jobId: string): Promise<number> => {
  const response = await fetch(`${url}/jobs/checkpoints/${jobId}`)
  const answer = (await response.json()) as {
    readonly pipelines: readonly { readonly counts: { readonly completed: number } }[]
  }
  return answer.pipelines[0]?.counts.completed ?? 0
}

const measure = async (mode: Mode, keyCount: number, settings: readonly string[]) => {
  const rows = listen()
  await using cluster = await startCluster(['master', 'master', 'worker', 'worker'], settings)
  try {
    const { url } = await cluster.activeMaster()
    const body = codeOf(rows.port, keyCount, mode)
    const response = await fetch(`${url}/submit-job?format=js`, { method: 'POST', body })
    if (!response.ok) throw new Error(await response.text())
    const { jobId } = (await response.json()) as { readonly jobId: string }
    // Every key has been seen, by both readers, some times.
    const linesWhenFull = (keyCount * 4) / SHOWN_EVERY
    const isFull = async () => (rows.lines() > linesWhenFull ? true : undefined)
    await until(`the state is there`, isFull, FILL_PATIENCE_MS)
    const [masters, workers] = [cluster.members.slice(0, 2), cluster.members.slice(2)]
    const usedBy = (members: typeof workers): number =>
      members.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)
    const before = { lines: rows.lines(), count: await checkpointsOf(url, jobId) }
    const usedBefore = [usedBy(workers), usedBy(masters)]
    rows.takePauseMs()
    const startMs = performance.now()
    await Bun.sleep(WINDOW_MS)
    const pauseMs = rows.takePauseMs()
    const seconds = (performance.now() - startMs) / 1000
    const rowsPerSecond = Math.round(((rows.lines() - before.lines) * SHOWN_EVERY) / seconds)
    const [workerSeconds, masterSeconds] = [
      usedBy(workers) - usedBefore[0]!,
      usedBy(masters) - usedBefore[1]!,
    ]
    return {
      rowsPerSecond,
      pauseMs: Math.round(pauseMs),
      checkpoints: (await checkpointsOf(url, jobId)) - before.count,
      rowsPerCpuSecond: Math.round((rowsPerSecond * seconds) / workerSeconds),
      masterCpuSeconds: Math.round(masterSeconds * 10) / 10,
    } satisfies Result
  } finally {
    rows.stop()
  }
}

/**
 * What checkpoints once a second cost a job with much state over two workers. Options: megabytes of
 * state (10 and 100 unless told), and `folder` for checkpoints in a folder instead of the grid.
 */
export const run = async (
  emit: (figure: Figure) => void,
  options: readonly string[],
): Promise<void> => {
  const told = options.filter((option) => /^\d+$/.test(option)).map(Number)
  const storage = options.includes('folder') ? 'folder' : 'grid'
  const settings =
    storage === 'folder' ? ['seatunnel.engine.checkpoint.storage.type=localfile'] : []
  for (const megabytes of told.length > 0 ? told : [10, 100]) {
    let without: Result | undefined
    for (const mode of MODES) {
      const { rowsPerSecond, ...result } = await measure(mode, megabytes * 1000, settings)
      without ??= { rowsPerSecond, ...result }
      const share = (value: number, whole: number): number =>
        Math.round((100 * value) / whole) / 100
      emit({
        bench: 'checkpoint',
        name: mode.name,
        value: rowsPerSecond,
        unit: 'rows/s',
        stateMB: megabytes,
        storage,
        share: share(rowsPerSecond, without.rowsPerSecond),
        shareByCpu: share(result.rowsPerCpuSecond, without.rowsPerCpuSecond),
        ...result,
      })
    }
  }
}
