import { runJob, type JobResult } from '../../../jobs/coordinator/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
import { createIsolatePool, withCode, type IsolatePool } from '../../../jobs/workers/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { describeError } from '../failure.ts'
import { ExitCode } from '../exitCodes.ts'
import { createProgressMeter } from '../progress/meter.ts'
import { createProgressView, type ProgressView } from '../progress/view.ts'
import type { Terminal } from '../terminal.ts'
import { identify, type IdentityOptions, type JobIdentity } from './identity.ts'
import { loadJob, writeDiagnostics, type JobFileOptions } from './loadJob.ts'
import { resultJson, statisticsTable } from './result.ts'
import { watchSignals, type StopSignal } from './signals.ts'

export interface RunJobFileOptions extends JobFileOptions, IdentityOptions {
  readonly format: 'text' | 'json'
}

/** What SeaTunnel's engine has as defaults. */
const ENGINE_DEFAULTS = {
  checkpointIntervalMs: 300_000,
  checkpointTimeoutMs: 30_000,
  historyExpiryMs: 86_400_000,
}

const exitCodeOf = (result: JobResult, signal: StopSignal | undefined): ExitCode => {
  if (result.status === 'FINISHED') return ExitCode.finished
  if (result.status === 'FAILED') return ExitCode.failed
  return signal === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted
}

interface Surroundings {
  readonly terminal: Terminal
  readonly view: ProgressView
  readonly isolates: IsolatePool
}

const follow = async (
  host: Host,
  plan: Plan,
  identity: JobIdentity,
  { terminal, view, isolates }: Surroundings,
): Promise<{ readonly result: JobResult; readonly signal: StopSignal | undefined }> => {
  const job = runJob(host, plan, {
    ...identity,
    isolates,
    defaults: ENGINE_DEFAULTS,
    onPrint: (lines) => {
      view.clear()
      terminal.out.write(`${lines.join('\n')}\n`)
    },
    onLog: (level, message) => {
      if (level === 'warn' || level === 'error') view.note(`${level} ${message}`)
    },
    onProgress: (progress) => view.update(progress, host.clock.monotonic()),
  })
  const signals = watchSignals(host.clock, job, view.note)
  try {
    const result = await job.done
    return { result, signal: signals.received }
  } finally {
    signals.release()
    view.clear()
  }
}

/** Runs a job file in this process, with everything that a user sees of it. */
export const runJobFile = async (
  host: Host,
  options: RunJobFileOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  // The smallest job has two isolates: they start while its file is read.
  const isolates = createIsolatePool(host, 2)
  try {
    return await runInIsolates(host, options, terminal, isolates)
  } finally {
    void isolates.close()
  }
}

const runInIsolates = async (
  host: Host,
  options: RunJobFileOptions,
  terminal: Terminal,
  isolates: IsolatePool,
): Promise<ExitCode> => {
  const { plan, diagnostics, codePath } = await loadJob(host, options.path, options)
  writeDiagnostics(diagnostics, terminal)
  if (plan === undefined) return ExitCode.usage
  const identity = await identify(host, options)
  if (identity.isFinished) {
    terminal.err.write(`Job ${identity.jobId} has finished: there is nothing to go on with.\n`)
    return ExitCode.finished
  }
  const startMs = host.clock.monotonic()
  const view = createProgressView(
    terminal.err,
    createProgressMeter({
      startMs,
      isBounded: plan.env.mode === 'BATCH',
      showsLag: plan.vertices.every((vertex) => vertex.kind !== 'transform'),
    }),
    startMs,
  )
  const { result, signal } = await follow(host, plan, identity, {
    terminal,
    view,
    isolates: codePath === undefined ? isolates : withCode(host, isolates, codePath),
  })
  if (result.status === 'FAILED' && result.error !== undefined) {
    terminal.err.write(describeError(result.error, terminal.err))
  }
  if (options.format === 'json') terminal.out.write(`${resultJson(plan.name, result)}\n`)
  else terminal.err.write(statisticsTable(result, terminal.err))
  if (result.status === 'CANCELED') {
    terminal.err.write(
      `Job ${result.jobId} was stopped; go on with: tidegate run ${options.path} --restore\n`,
    )
  }
  return exitCodeOf(result, signal)
}
