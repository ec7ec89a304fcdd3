import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { ExitCode } from '../exitCodes.ts'
import type { JobJson, JobsApi } from '../jobs/api.ts'
import { exitCodeOf, progressWriter, statisticsOf, untilEnded } from '../jobs/following.ts'
import type { JobText } from '../jobs/jobFile.ts'

/** The master knows the workers a moment after they have joined. */
const FORMING_MAX_MS = 30_000
const FORMING_POLL_MS = 50
/** So long the jobs may take to end before the members do. */
const CANCEL_MAX_MS = 10_000

export interface ClusterJobsOptions {
  readonly host: Host
  readonly api: JobsApi
  readonly jobs: readonly JobText[]
  readonly workerCount: number
  readonly write: (line: string) => void
  /** Puts the names of members into a sentence that tells their addresses. */
  readonly named: (sentence: string) => string
  /** Cancels the jobs. */
  readonly signal: AbortSignal
}

const untilFormed = async (options: ClusterJobsOptions): Promise<void> => {
  const { host, api, workerCount, signal } = options
  const deadlineMs = host.clock.monotonic() + FORMING_MAX_MS
  for (;;) {
    signal.throwIfAborted()
    try {
      if ((await api.workerCount()) >= workerCount) return
    } catch (thrown) {
      if (!(thrown instanceof EngineError) || thrown.retry === 'never') throw thrown
    }
    if (host.clock.monotonic() > deadlineMs) {
      throw new EngineError('API-002', 'The active master does not see the workers.')
    }
    await host.clock.sleep(FORMING_POLL_MS)
  }
}

const follow = async (options: ClusterJobsOptions, jobId: string): Promise<JobJson> => {
  const { host, api, write, named, signal } = options
  const showProgress = progressWriter(host, write)
  let told = 0
  const showFailures = async (name: string): Promise<void> => {
    const failures = await api.failures(jobId)
    for (const failure of failures.slice(0, failures.length - told).toReversed()) {
      const { pipelineId, message, restoredCheckpointId: from } = failure
      const next = from === 0 ? 'starts again' : `is restored from checkpoint ${from}`
      write(`${name} pipeline ${pipelineId} failed: ${named(message)}`)
      if (from !== null) write(`${name} pipeline ${pipelineId} ${next}`)
    }
    told = Math.max(told, failures.length)
  }
  const onChange = async (job: JobJson): Promise<void> => {
    await showFailures(job.jobName ?? jobId)
    showProgress(job)
  }
  const job = await untilEnded(host, api, jobId, onChange, signal)
  for (const line of statisticsOf(job).trimEnd().split('\n')) write(line)
  if (job.jobStatus === 'FAILED') write(named(`error ${job.errorMsg ?? 'The job failed.'}`))
  return job
}

/** The members go next: what the jobs have not committed is removed by them, not left behind. */
const cancel = async (options: ClusterJobsOptions, jobIds: readonly string[]): Promise<void> => {
  const { host, api, write } = options
  try {
    await api.stop(jobIds, { savepoint: false, force: false })
    const timeUp = AbortSignal.timeout(CANCEL_MAX_MS)
    await Promise.all(jobIds.map((id) => untilEnded(host, api, id, () => undefined, timeUp)))
    write('the jobs are cancelled')
  } catch (thrown) {
    write(`the jobs were not cancelled: ${messageOf(thrown)}`)
  }
}

/**
 * Gives jobs to a cluster once it is formed, and shows how they go. Resolves with the exit code when
 * all have ended: that of the first that did not end well.
 */
export const runClusterJobs = async (options: ClusterJobsOptions): Promise<ExitCode> => {
  const { api, jobs, write, signal } = options
  const jobIds: string[] = []
  try {
    await untilFormed(options)
    for (const job of jobs) {
      const { jobId, jobName } = await api.submit({
        job,
        jobId: undefined,
        jobName: undefined,
        restore: false,
        allowOrphanedState: false,
      })
      jobIds.push(jobId)
      write(`job ${jobId} (${jobName ?? job.file}) is submitted`)
    }
    const ended = await Promise.all(jobIds.map((jobId) => follow(options, jobId)))
    return ended.map(exitCodeOf).find((code) => code !== ExitCode.finished) ?? ExitCode.finished
  } catch (thrown) {
    if (!signal.aborted) throw thrown
    if (jobIds.length > 0) await cancel(options, jobIds)
    return ExitCode.interrupted
  }
}
