import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Plan } from '../plan/index.ts'
import { PipelineExecution } from './execution.ts'
import { pipelineTasks } from './pipelineTasks.ts'
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

  async run(): Promise<void> {
    const { host, plan, vertexIds, onLog } = this.#options
    try {
      const tasks = await pipelineTasks(plan, vertexIds)
      for (let epoch = 1; ; epoch += 1) {
        try {
          return await this.#attempt(epoch, tasks)
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
  }

  async #attempt(epoch: number, tasks: Awaited<ReturnType<typeof pipelineTasks>>): Promise<void> {
    if (this.#cancellation !== null) throw this.#cancellation
    const { host, plan, jobId, pipelineId, store, defaults, restore } = this.#options
    const { env } = plan
    const streaming = env.mode === 'STREAMING'
    const intervalMs =
      env.checkpointIntervalMs ?? (streaming ? defaults.checkpointIntervalMs : null)
    const restored = restore || epoch > 1 ? await store.latest(jobId, pipelineId) : undefined
    this.#progress = new ProgressBook(plan, this.#options.onChange)
    this.#execution = new PipelineExecution({
      host,
      jobId,
      epoch,
      plan,
      pipelineId,
      tasks,
      store,
      restored,
      intervalMs,
      timeoutMs:
        env.checkpointTimeoutMs ?? (intervalMs === null ? Infinity : defaults.checkpointTimeoutMs),
      progress: this.#progress,
      onPrint: this.#options.onPrint,
      onLog: this.#options.onLog,
    })
    if (this.#draining) this.#execution.drain()
    await this.#execution.run()
  }
}

const isRetryable = (error: Error): boolean =>
  error instanceof EngineError && error.retry !== 'never'
