import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { ExitCode } from '../exitCodes.ts'
import type { Terminal } from '../terminal.ts'
import type { JobJson, JobsApi } from './api.ts'

/** How often a job that is waited for is asked about. */
const POLL_MS = 500
/** A cluster that does not answer may be changing its master; after so long it is given up. */
const SILENT_MAX_MS = 60_000
/** A line of progress is written at most so often. */
const LINE_EVERY_MS = 5000

const END_STATUSES: ReadonlySet<string> = new Set([
  'FINISHED',
  'FAILED',
  'CANCELED',
  'SAVEPOINT_DONE',
  'UNKNOWABLE',
])

export const isEnded = ({ jobStatus }: JobJson): boolean => END_STATUSES.has(jobStatus ?? '')

/** What a SeaTunnel server says of a failure, without the frames of its stack. */
export const sentenceOf = (errorMsg: string): string =>
  errorMsg
    .split('\n')
    .filter((line) => !/^\s+(?:at |\.{3} \d+ more)/.test(line))
    .join('\n')
    .trim()

const countOf = ({ metrics }: JobJson, name: string): string => {
  const value = metrics?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '0'
}

export const progressLine = (job: JobJson): string =>
  `${job.jobName ?? job.jobId} ${job.jobStatus ?? ''}: ` +
  `${countOf(job, 'SourceReceivedCount')} rows read, ${countOf(job, 'SinkWriteCount')} written`

/** What the client of SeaTunnel prints when a job has ended. */
export const statisticsOf = (job: JobJson): string => {
  const rows: readonly (readonly [string, string])[] = [
    ['Start Time', job.startTime ?? job.createTime ?? ''],
    ['End Time', job.finishTime ?? ''],
    ['Total Read Count', countOf(job, 'SourceReceivedCount')],
    ['Total Write Count', countOf(job, 'SinkWriteCount')],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)} : ${value}`)
  return ['Job Statistic Information', ...lines, ''].join('\n')
}

export const exitCodeOf = ({ jobStatus }: JobJson): ExitCode =>
  jobStatus === 'FINISHED' || jobStatus === 'SAVEPOINT_DONE' ? ExitCode.finished : ExitCode.failed

/**
 * Asks until a job has ended, through changes of the master; `onChange` sees each answer. Rejects
 * with API-002 when nobody answers for a minute, or with the reason of `signal`.
 */
export const untilEnded = async (
  { clock }: Host,
  api: JobsApi,
  jobId: string,
  onChange: (job: JobJson) => void | Promise<void>,
  signal: AbortSignal,
): Promise<JobJson> => {
  let heardAtMs = clock.monotonic()
  for (;;) {
    signal.throwIfAborted()
    try {
      const job = await api.job(jobId)
      heardAtMs = clock.monotonic()
      await onChange(job)
      if (isEnded(job)) return job
    } catch (thrown) {
      const isPassing = thrown instanceof EngineError && thrown.retry !== 'never'
      if (!isPassing || clock.monotonic() - heardAtMs > SILENT_MAX_MS) throw thrown
    }
    await clock.sleep(POLL_MS)
  }
}

/** Writes a line when the status of a job changes, and now and then. */
export const progressWriter = (
  { clock }: Host,
  write: (line: string) => void,
): ((job: JobJson) => void) => {
  let shownAtMs = -Infinity
  let shown = ''
  return (job) => {
    const nowMs = clock.monotonic()
    const status = job.jobStatus ?? ''
    if (status === shown && nowMs - shownAtMs < LINE_EVERY_MS) return
    shown = status
    shownAtMs = nowMs
    write(progressLine(job))
  }
}

export interface FollowOptions {
  readonly host: Host
  readonly api: JobsApi
  readonly jobId: string
  readonly terminal: Terminal
  /** The end of this client is the end of the job. */
  readonly closesJob: boolean
  readonly isJson: boolean
}

/** Aborts with the first signal; the second ends the process as it is. */
const watchStop = (): { readonly signal: AbortSignal; release(): void } => {
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(ExitCode.interrupted)
    stop.abort(name)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: stop.signal,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

const writeEnd = (job: JobJson, { terminal, isJson }: FollowOptions): ExitCode => {
  if (isJson) terminal.out.write(`${JSON.stringify(job)}\n`)
  else terminal.err.write(statisticsOf(job))
  const { errorMsg, jobStatus } = job
  if (jobStatus === 'FAILED') {
    terminal.err.write(`error ${sentenceOf(errorMsg ?? 'The job failed.')}\n`)
  }
  return exitCodeOf(job)
}

/** Waits for the end of a job and shows how it goes. Ctrl-C cancels it where `closesJob` says so. */
export const followJob = async (options: FollowOptions): Promise<ExitCode> => {
  const { host, api, jobId, terminal, closesJob } = options
  const stop = watchStop()
  const showProgress = progressWriter(host, (line) => terminal.err.write(`${line}\n`))
  try {
    const job = await untilEnded(host, api, jobId, showProgress, stop.signal)
    return writeEnd(job, options)
  } catch (thrown) {
    if (!stop.signal.aborted) throw thrown
    if (closesJob) {
      await api.stop([jobId], { savepoint: false, force: false })
      terminal.err.write(`Job ${jobId} is being cancelled.\n`)
    } else terminal.err.write(`Job ${jobId} goes on: tidegate status ${jobId}\n`)
    return stop.signal.reason === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted
  } finally {
    stop.release()
  }
}
