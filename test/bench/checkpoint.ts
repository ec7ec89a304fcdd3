import { startCluster, until } from './cluster/members.ts'
import type { Figure } from './main.ts'

const KEY_BYTES = 1000
const INTERVAL_MS = 1_000
/** What is compiled for the first checkpoints is not compiled again: a job runs for days. */
const WARM_UP_MS = 40_000
/**
 * One job of a kind may run half as fast again as the next, and even one job runs a tenth faster or
 * slower from second to second: so a window with a checkpoint lies between two without, all short
 * and alike, and there are many.
 */
const MEASURED_MS = 120_000
/** One of so many rows comes out: enough to see pauses, few enough to cost nothing. */
const SHOWN_EVERY = 64
const FILL_PATIENCE_MS = 120_000

/** One of the two workers may get all tasks otherwise. */
const SPREAD_TASKS = [
  'dynamic-slot=false',
  'slot-num=8',
  'slot-allocation-strategy=SLOT_RATIO',
].map((setting) => `seatunnel.engine.slot-service.${setting}`)

const GUARANTEES = ['EXACTLY_ONCE', 'AT_LEAST_ONCE'] as const
type Guarantee = (typeof GUARANTEES)[number]

/** Readings such as devices send, or characters that mean nothing and hardly pack. */
const CONTENTS = {
  readings: '`{"at":17${next(1e9)},"sensor":"pump-${next(500)}","value":${next(1e5) / 100}},`',
  noise: 'String.fromCharCode(32 + next(95))',
} as const

interface Load {
  readonly port: number
  readonly keyCount: number
  readonly guarantee: Guarantee
  readonly content: keyof typeof CONTENTS
}

/** Two readers go through all keys again and again; the state of each key has a kilobyte. */
const codeOf = ({ port, keyCount, guarantee, content }: Load): string => `
import { pipeline, SourceBuilder, sinks } from 'tidegate'
let seed = 1
const next = (bound) => (seed = (seed * 48271) % 2147483647) % bound
const text = () => {
  const parts = []
  for (let length = 0; length < ${KEY_BYTES}; length += parts.at(-1).length) parts.push(${CONTENTS[content]})
  return parts.join('')
}
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
export default pipeline({ name: 'keyed-state', parallelism: 2, env: { 'processing-guarantee': '${guarantee}' } })
  .readFrom(keys)
  .groupingKey((key) => key)
  .mapStateful(
    () => ({ count: 0, text: text() }),
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

interface Window {
  readonly ms: number
  readonly rowsPerSecond: number
  readonly pauseMs: number
}

/** As a checkpoint at every interval does it: the next begins when it is due and the last is complete. */
const save = async (url: string, jobId: string): Promise<void> => {
  const startMs = performance.now()
  const body = JSON.stringify({ jobId })
  const response = await fetch(`${url}/savepoint-job`, { method: 'POST', body })
  if (!response.ok) throw new Error(await response.text())
  await response.text()
  await Bun.sleep(Math.max(0, INTERVAL_MS - (performance.now() - startMs)))
}

/** Windows without and with a checkpoint, by turns; the first and the last are without. */
const measure = async (
  load: Omit<Load, 'port'>,
  settings: readonly string[],
): Promise<readonly Window[]> => {
  const rows = listen()
  await using cluster = await startCluster(['master', 'master', 'worker', 'worker'], settings)
  try {
    const { url } = await cluster.activeMaster()
    const body = codeOf({ ...load, port: rows.port })
    const response = await fetch(`${url}/submit-job?format=js`, { method: 'POST', body })
    if (!response.ok) throw new Error(await response.text())
    const { jobId } = (await response.json()) as { readonly jobId: string }
    // Every key has been seen, by both readers, some times.
    const linesWhenFull = (load.keyCount * 4) / SHOWN_EVERY
    const isFull = async () => (rows.lines() > linesWhenFull ? true : undefined)
    await until(`the state is there`, isFull, FILL_PATIENCE_MS)
    const watch = async (work: () => Promise<void>): Promise<Window> => {
      const [linesBefore, startMs] = [rows.lines(), performance.now()]
      rows.takePauseMs()
      await work()
      const ms = performance.now() - startMs
      const rowsPerSecond = ((rows.lines() - linesBefore) * SHOWN_EVERY * 1000) / ms
      return { ms, rowsPerSecond, pauseMs: rows.takePauseMs() }
    }
    const windows = [await watch(() => Bun.sleep(INTERVAL_MS))]
    const watchFor = async (wholeMs: number): Promise<void> => {
      for (const untilMs = performance.now() + wholeMs; performance.now() < untilMs;) {
        const during = await watch(() => save(url, jobId))
        windows.push(during, await watch(() => Bun.sleep(during.ms)))
      }
    }
    await watchFor(WARM_UP_MS)
    windows.splice(0, windows.length - 1)
    await watchFor(MEASURED_MS)
    return windows
  } finally {
    rows.stop()
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[values.length >> 1]!

/** Of the mean of some values. */
const standardError = (values: readonly number[]): number => {
  const middle = mean(values)
  const variance = mean(values.map((value) => (value - middle) ** 2))
  return Math.sqrt(variance / (values.length - 1))
}

const rounded = (value: number, places: number): number => Number(value.toFixed(places))

/**
 * What checkpoints once a second cost a job with much state over two workers, beside the same job
 * between them. Options: megabytes of state (10 and 100 unless told), `folder` for checkpoints in a
 * folder instead of the grid, and `noise` for states that hardly pack.
 */
export const run = async (
  emit: (figure: Figure) => void,
  options: readonly string[],
): Promise<void> => {
  const told = options.filter((option) => /^\d+$/.test(option)).map(Number)
  const storage = options.includes('folder') ? 'folder' : 'grid'
  const content = options.includes('noise') ? 'noise' : 'readings'
  const settings = [
    ...SPREAD_TASKS,
    ...(storage === 'folder' ? ['seatunnel.engine.checkpoint.storage.type=localfile'] : []),
  ]
  for (const megabytes of told.length > 0 ? told : [10, 100]) {
    for (const guarantee of GUARANTEES) {
      const windows = await measure({ guarantee, keyCount: megabytes * 1000, content }, settings)
      const rateOf = (index: number): number => windows[index]!.rowsPerSecond
      const indexes = windows.flatMap((_, index) => (index % 2 === 1 ? [index] : []))
      const shares = indexes.map(
        (index) => (2 * rateOf(index)) / (rateOf(index - 1) + rateOf(index + 1)),
      )
      const during = indexes.map((index) => windows[index]!)
      emit({
        bench: 'checkpoint',
        name: `throughput with checkpoints to that without, ${guarantee}`,
        value: rounded(median(shares), 3),
        unit: '',
        mean: rounded(mean(shares), 3),
        standardError: rounded(standardError(shares), 3),
        stateMB: megabytes,
        content,
        storage,
        rowsPerSecond: Math.round(mean(indexes.map(rateOf))),
        longestPauseMs: Math.round(Math.max(...during.map(({ pauseMs }) => pauseMs))),
        checkpoints: during.length,
        windowMs: Math.round(mean(during.map(({ ms }) => ms))),
      })
    }
  }
}
