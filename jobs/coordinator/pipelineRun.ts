import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Plan } from '../plan/index.ts'
import { localPlaces, localTaskHosts } from '../workers/index.ts'
import { PipelineExecution } from './execution.ts'
import { pipelineTasks, taskNames, type PipelineTasks } from './pipelineTasks.ts'
import { ProgressBook, type JobProgress } from './progress.ts'
import type { RunOptions } from './runOptions.ts'

export interface PipelineRunOptions extends RunOptions {
  readonly host: Host
  readonly plan: Plan
  readonly pipelineId: number
  readonly vertexIds: readonly number[]
  readonly onChange: () => void
}

/** Runs a pipeline, again from its last checkpoint after a failure that may pass. */
export class PipelineRun {
  readonly #options: PipelineRunOptions
  readonly #stopped = Promise.withResolvers<void>()
  readonly #cancelled = Promise.withResolvers<never>()
  #progress: ProgressBook
  #execution: PipelineExecution | null = null
  #tasks: PipelineTasks | null = null
  #begun = false
  #draining = false
  #cancellation: Error | null = null

  constructor(options: PipelineRunOptions) {
    this.#options = options
    this.#progress = new ProgressBook(options.plan, options.onChange)
    this.#cancelled.promise.catch(() => undefined)
  }

  /** Resolves when no isolate of the pipeline is left. */
  get stopped(): Promise<void> {
    return this.#stopped.promise
  }

  progress(): JobProgress {
    return this.#progress.sum()
  }

  /** Finds out what tasks there will be; true when the pipeline needs a checkpoint store. */
  async prepare(): Promise<boolean> {
    const { plan, vertexIds } = this.#options
    this.#tasks = await pipelineTasks(plan, vertexIds)
    return this.#intervalMs() !== null || this.#tasks.committers.length > 0
  }

  async run(): Promise<void> {
    const { host, plan, onLog } = this.#options
    this.#begun = true
    try {
      for (let epoch = 1; ; epoch += 1) {
        try {
          return await this.#attempt(epoch)
        } catch (thrown) {
          const error = thrown as Error
          if (this.#cancellation !== null) throw this.#cancellation
          if (!isRetryable(error) || epoch > plan.env.retryTimes || this.#draining) throw error
          const delaySeconds = plan.env.retryIntervalSeconds
          onLog('warn', `${error.message} Trying again in ${delaySeconds} s.`)
          await Promise.race([host.clock.sleep(delaySeconds * 1000), this.#cancelled.promise])
        }
      }
    } finally {
      this.#stopped.resolve()
    }
  }

  drain(): void {
    this.#draining = true
    this.#execution?.drain()
  }

  cancel(error: Error): void {
    this.#cancellation ??= error
    this.#cancelled.reject(error)
    this.#execution?.fail(error)
    // What has not begun has no isolates, and whoever waits for their end would wait for ever.
    if (!this.#begun) this.#stopped.resolve()
  }

  async #attempt(epoch: number): Promise<void> {
    if (this.#cancellation !== null) throw this.#cancellation
    const { host, plan, jobId, pipelineId, store, defaults, restore } = this.#options
    const { env } = plan
    const intervalMs = this.#intervalMs()
    const restored = restore || epoch > 1 ? await store.latest(jobId, pipelineId) : undefined
    this.#progress = new ProgressBook(plan, this.#options.onChange)
    this.#execution = new PipelineExecution({
      host,
      hosts: localTaskHosts(host, this.#options.isolates),
      places: localPlaces(taskNames(this.#tasks!)),
      jobId,
      epoch,
      plan,
      pipelineId,
      tasks: this.#tasks!,
      store,
      restored,
      intervalMs,
      minPauseMs: env.checkpointMinPauseMs,
      timeoutMs:
        env.checkpointTimeoutMs ?? (intervalMs === null ? Infinity : defaults.checkpointTimeoutMs),
      progress: this.#progress,
      onPrint: this.#options.onPrint,
      onLog: this.#options.onLog,
    })
    if (this.#draining) this.#execution.drain()
    await this.#execution.run()
  }

  /** Null: no checkpoints but the final one. */
  #intervalMs(): number | null {
    const { plan, defaults } = this.#options
    const streaming = plan.env.mode === 'STREAMING'
    return plan.env.checkpointIntervalMs ?? (streaming ? defaults.checkpointIntervalMs : null)
  }
}

const isRetryable = (error: Error): boolean =>
  error instanceof EngineError && error.retry !== 'never'
