import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { pipelinesOf, type Plan } from '../plan/index.ts'
import type { JobStatus } from './checkpointStore.ts'
import { PipelineRun } from './pipelineRun.ts'
import type { JobProgress } from './progress.ts'
import type { RunOptions } from './runOptions.ts'

export interface JobResult {
  readonly jobId: string
  readonly status: Exclude<JobStatus, 'RUNNING'>
  /** Why it failed; an EngineError for what a user can mend. */
  readonly error: Error | undefined
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly progress: JobProgress
}

export interface RunningJob {
  /** Never rejects. */
  readonly done: Promise<JobResult>
  progress(): JobProgress
  /** Ends soon and well: what was read is written and committed; `--restore` goes on from there. */
  drain(): void
  /** Ends at once: what was not committed is removed. */
  cancel(): void
}

/** Runs a job in isolates of this process. */
export const runJob = (host: Host, plan: Plan, options: RunOptions): RunningJob => {
  const job = new LocalJob(host, plan, options)
  return {
    done: job.run(),
    progress: () => job.progress(),
    drain: () => job.drain(),
    cancel: () => job.cancel(new EngineError('ENG-002', 'The job was cancelled.')),
  }
}

class LocalJob {
  readonly #host: Host
  readonly #plan: Plan
  readonly #options: RunOptions
  readonly #startedAtMs: number
  readonly #runs: readonly PipelineRun[]
  #draining = false
  /** Whether the store keeps anything of this job; without checkpoints and commits it does not. */
  #durable = false

  constructor(host: Host, plan: Plan, options: RunOptions) {
    this.#host = host
    this.#plan = plan
    this.#options = options
    this.#startedAtMs = host.clock.now()
    this.#runs = pipelinesOf(plan).map(
      (vertexIds, index) =>
        new PipelineRun({
          ...options,
          host,
          plan,
          vertexIds,
          pipelineId: index + 1,
          onChange: () => options.onProgress?.(this.progress()),
        }),
    )
  }

  async run(): Promise<JobResult> {
    try {
      for (const run of this.#runs) if (await run.prepare()) this.#durable = true
      await this.#save('RUNNING')
      await Promise.all(this.#runs.map((run) => run.run()))
      if (this.#draining) return await this.#end('CANCELED', undefined)
      const result = await this.#end('FINISHED', undefined)
      if (this.#durable) await this.#cleanUp().catch((failure) => this.#warn('cleaned up', failure))
      return result
    } catch (thrown) {
      const error = thrown as Error
      this.cancel(error)
      await Promise.allSettled(this.#runs.map((run) => run.stopped))
      await this.#save('FAILED').catch((failure) => this.#warn('recorded', failure))
      return this.#result(isCancellation(error) ? 'CANCELED' : 'FAILED', error)
    }
  }

  progress(): JobProgress {
    return sumProgress(this.#runs.map((run) => run.progress()))
  }

  drain(): void {
    this.#draining = true
    for (const run of this.#runs) run.drain()
  }

  cancel(error: Error): void {
    for (const run of this.#runs) run.cancel(error)
  }

  async #end(status: JobResult['status'], error: Error | undefined): Promise<JobResult> {
    await this.#save(status)
    return this.#result(status, error)
  }

  #result(status: JobResult['status'], error: Error | undefined): JobResult {
    return {
      jobId: this.#options.jobId,
      status,
      error,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#host.clock.now(),
      progress: this.progress(),
    }
  }

  #warn(what: string, failure: unknown): void {
    this.#options.onLog('warn', `The end of the job was not ${what}: ${messageOf(failure)}`)
  }

  /** Removes the checkpoints of this job, which nobody needs, and records that have expired. */
  async #cleanUp(): Promise<void> {
    const { store, jobId, defaults } = this.#options
    await store.forget(jobId)
    const expiredAtMs = this.#host.clock.now() - defaults.historyExpiryMs
    for (const job of await store.jobs()) {
      if (job.endedAtMs !== null && job.endedAtMs < expiredAtMs) await store.removeJob(job.jobId)
    }
  }

  async #save(status: JobStatus): Promise<void> {
    if (!this.#durable) return
    const { jobId, source, store } = this.#options
    await store.saveJob({
      jobId,
      name: this.#plan.name,
      source,
      status,
      startedAtMs: this.#startedAtMs,
      endedAtMs: status === 'RUNNING' ? null : this.#host.clock.now(),
    })
  }
}

const isCancellation = (error: Error): boolean =>
  error instanceof EngineError && error.code === 'ENG-002'

const sumProgress = (parts: readonly JobProgress[]): JobProgress => {
  const sum = (count: (part: JobProgress) => number): number =>
    parts.reduce((total, part) => total + count(part), 0)
  const known = parts.some((part) => part.splitsFound !== undefined)
  return {
    sourceRows: sum((part) => part.sourceRows),
    sourceBytes: sum((part) => part.sourceBytes),
    sinkRows: sum((part) => part.sinkRows),
    committedRows: sum((part) => part.committedRows),
    rejectedRows: sum((part) => part.rejectedRows),
    splitsDone: sum((part) => part.splitsDone),
    splitsFound: known ? sum((part) => part.splitsFound ?? 0) : undefined,
    lastCheckpointId: Math.max(0, ...parts.map((part) => part.lastCheckpointId)),
    vertices: parts.flatMap((part) => part.vertices),
  }
}
