import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import {
  PipelineExecution,
  ProgressBook,
  TaskCrew,
  type CheckpointNews,
  type CheckpointRecord,
  type CheckpointStorage,
  type PipelineTasks,
  type VertexCounts,
} from '../../coordinator/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { TaskHosts } from '../../workers/index.ts'
import type { PipelineCheckpoints } from '../answers.ts'
import type { CheckpointIdRecord } from '../book/records.ts'
import { withAbandoned, withNews, withRestored } from '../checkpointLog.ts'
import { addCounts, completedCounts } from '../metrics.ts'
import type { JobEvent, PipelineState } from '../machine/state.ts'
import type { JobSettings } from '../settings.ts'
import type { FencedRecord } from './fenced.ts'

export interface PipelineRunnerOptions {
  readonly host: Host
  readonly hosts: TaskHosts
  readonly settings: JobSettings
  readonly storage: CheckpointStorage
  readonly masterEpoch: number
  readonly jobId: string
  readonly plan: Plan
  /** The content hash of the code that the plan needs; null where it needs none. */
  readonly bundle: string | null
  readonly pipelineId: number
  readonly tasks: PipelineTasks
  /** The last checkpoint of this run of the job. */
  readonly ids: FencedRecord<CheckpointIdRecord>
  /** What the run starts from when it has no checkpoint of its own. */
  readonly startsFrom: () => Promise<CheckpointRecord | undefined>
  readonly checkpoints: PipelineCheckpoints
  readonly baseCounts: readonly VertexCounts[]
  readonly dispatch: (event: JobEvent) => void
  readonly releaseSlots: () => void
  readonly onChange: () => void
  readonly onPrint: (lines: readonly string[]) => void
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  /** Another master has taken over the job. */
  readonly onFenced: () => void
}

interface Live {
  readonly execution: PipelineExecution
  readonly progress: ProgressBook
}

/** One execution, also before its tasks are there: what was asked of it. */
interface Attempt {
  isDraining: boolean
  end: 'cancel' | 'abandon' | undefined
  /** Tasks of another master are being taken over. */
  isAttaching: boolean
}

interface AskedSavepoint {
  readonly done: PromiseWithResolvers<void>
  checkpointId: number | undefined
}

/** Runs the executions of one pipeline for the master, one after the other. */
export class PipelineRunner {
  readonly #options: PipelineRunnerOptions
  #live: Live | undefined
  #attempt: Attempt = { isDraining: false, end: undefined, isAttaching: false }
  #baseCounts: readonly VertexCounts[]
  /** With what an execution that ended badly had not completed: shown until the next one does it again. */
  #lastCounts: readonly VertexCounts[]
  #checkpoints: PipelineCheckpoints
  #asked: AskedSavepoint | undefined
  #hasProgressed = false
  /** The checkpoint that is stored, and whose commits are under way. */
  #uncommittedId: number | undefined

  constructor(options: PipelineRunnerOptions) {
    this.#options = options
    this.#baseCounts = options.baseCounts
    this.#lastCounts = options.baseCounts
    this.#checkpoints = options.checkpoints
  }

  get checkpoints(): PipelineCheckpoints {
    return this.#checkpoints
  }

  /** The one to go on from, complete or not: what is stored is committed in any case; 0 for none. */
  get storedCheckpointId(): number {
    return this.#options.ids.current?.checkpointId ?? 0
  }

  get baseCounts(): readonly VertexCounts[] {
    return this.#baseCounts
  }

  /** Of this and all former executions, without what was done again. */
  counts(): readonly VertexCounts[] {
    if (this.#live === undefined) return this.#lastCounts
    return addCounts(this.#baseCounts, this.#live.progress.sum().vertices)
  }

  /** Starts an execution at its places, or takes it over where its tasks run. */
  start(pipeline: PipelineState, isRunning: boolean): void {
    this.#attempt = { isDraining: false, end: undefined, isAttaching: isRunning }
    void this.#run(pipeline, this.#attempt)
  }

  /** Lets the execution end with a savepoint. */
  drain(): void {
    this.#attempt.isDraining = true
    this.#live?.execution.drain()
  }

  /** Takes a savepoint; the pipeline goes on. Rejects with JOB-009 when it ends before. */
  savepoint(): Promise<void> {
    this.#asked ??= { done: Promise.withResolvers(), checkpointId: undefined }
    this.#live?.execution.requestCheckpoint()
    return this.#asked.done.promise
  }

  /** Ends the execution; `canceled` follows. */
  cancel(pipeline: PipelineState): void {
    this.#attempt.end ??= 'cancel'
    if (this.#live !== undefined) {
      this.#live.execution.fail(canceled())
      return
    }
    void this.endTasks(pipeline).then(() => {
      this.#options.releaseSlots()
      this.#tell('canceled', pipeline.epoch)
    })
  }

  /** Gives the execution up for lost, with the tasks that still run. */
  fail(error: Error): void {
    this.#live?.execution.fail(error)
  }

  /** Leaves the tasks to another master. */
  abandon(reason: Error): void {
    this.#attempt.end = 'abandon'
    this.#live?.execution.abandon(reason)
  }

  /** Ends the tasks of an execution that nobody here drives; resolves when those that answer are gone. */
  async endTasks({ places, epoch }: PipelineState): Promise<void> {
    if (places === null) return
    const { host, hosts, jobId, pipelineId } = this.#options
    const crew = new TaskCrew({
      clock: host.clock,
      hosts,
      execution: { jobId, pipelineId, epoch },
      places,
      bundle: null,
      keepsStates: false,
      onReport: () => undefined,
      onFailure: () => undefined,
    })
    await crew.end(true)
  }

  async #run(pipeline: PipelineState, attempt: Attempt): Promise<void> {
    const { dispatch, pipelineId, releaseSlots } = this.#options
    const { epoch } = pipeline
    try {
      if (!attempt.isAttaching) await this.#sweep(epoch)
      const restored = await this.#restored(pipeline, attempt)
      if (attempt.end === 'abandon') return
      if (attempt.end === 'cancel') throw canceled()
      const live = this.#execution(pipeline, restored, attempt)
      this.#live = live
      if (attempt.isDraining) live.execution.drain()
      await (attempt.isAttaching ? live.execution.attach() : live.execution.run())
      this.#settle(live, 'PIPELINE_END', 'The pipeline has ended.')
      releaseSlots()
      dispatch({ kind: 'finished', pipelineId, epoch, savepoint: this.#isSaved(restored, attempt) })
    } catch (thrown) {
      if (attempt.end === 'abandon') return
      // Tasks that were to be taken over run on, with nobody to end them.
      if (attempt.isAttaching && this.#live === undefined) await this.endTasks(pipeline)
      releaseSlots()
      this.#failed(thrown as Error, epoch, attempt)
    } finally {
      if (this.#attempt === attempt) this.#live = undefined
    }
  }

  /** Checkpoints that attempts before have not finished leave states behind. */
  async #sweep(epoch: number): Promise<void> {
    const { storage, jobId, pipelineId } = this.#options
    if (epoch > 1) await storage.sweep({ jobId, pipelineId, beforeEpoch: epoch })
  }

  /** A pipeline that was asked to stop may have come to its end by itself before. */
  #isSaved(restored: CheckpointRecord | undefined, attempt: Attempt): boolean {
    return attempt.isDraining && restored?.ended !== true
  }

  /** Throws CKP-005 where the checkpoint is lost that this pipeline must go on from. */
  async #restored(
    { restores }: PipelineState,
    { isAttaching }: Attempt,
  ): Promise<CheckpointRecord | undefined> {
    const { ids, storage, jobId, pipelineId, startsFrom } = this.#options
    const last = ids.current
    if (last === undefined) {
      const text = `What is known of the checkpoints of pipeline ${pipelineId} is lost: more members died at once than the grid keeps backups.`
      throw new EngineError('CKP-005', text)
    }
    const { checkpointId, takenAtMs } = last
    const name = { pipelineId, checkpointId, takenAtMs }
    // Tasks that run have their states.
    const stored = (): Promise<CheckpointRecord> =>
      isAttaching ? storage.read(jobId, name) : storage.load(jobId, name)
    const record = checkpointId > 0 ? await stored() : await startsFrom()
    if (record !== undefined && restores && !isAttaching) {
      this.#checkpoints = withRestored(this.#checkpoints)
    }
    return record
  }

  #execution(
    pipeline: PipelineState,
    restored: CheckpointRecord | undefined,
    attempt: Attempt,
  ): Live {
    const { host, hosts, settings, jobId, plan, pipelineId, tasks, dispatch } = this.#options
    const { epoch, places } = pipeline
    const { env } = plan
    const intervalMs =
      env.checkpointIntervalMs ?? (env.mode === 'STREAMING' ? settings.checkpointIntervalMs : null)
    const progress = new ProgressBook(plan, this.#options.onChange)
    this.#hasProgressed = false
    const execution = new PipelineExecution({
      host,
      hosts,
      places: places ?? {},
      jobId,
      epoch,
      plan,
      bundle: this.#options.bundle,
      pipelineId,
      tasks,
      store: {
        save: (record) => this.#save(record, epoch),
        keepsStates: this.#options.storage.keepsStates,
      },
      restored,
      intervalMs,
      minPauseMs:
        env.checkpointMinPauseMs < 0 ? settings.checkpointMinPauseMs : env.checkpointMinPauseMs,
      timeoutMs:
        env.checkpointTimeoutMs ?? (intervalMs === null ? Infinity : settings.checkpointTimeoutMs),
      progress,
      onRunning: () => {
        attempt.isAttaching = false
        dispatch({ kind: 'running', pipelineId, epoch })
        if (this.#asked !== undefined) execution.requestCheckpoint()
      },
      onCheckpoint: (news) => this.#heard(news, epoch),
      onPrint: this.#options.onPrint,
      onLog: this.#options.onLog,
    })
    return { execution, progress }
  }

  /** Counts as stored only when no other master has taken over meanwhile: nothing is committed else. */
  async #save(record: CheckpointRecord, epoch: number): Promise<number> {
    const { storage, ids, masterEpoch, onFenced } = this.#options
    const sizeBytes = await storage.save(record)
    const { checkpointId, takenAtMs } = record
    try {
      await ids.write({ masterEpoch, checkpointId, takenAtMs, epoch })
    } catch (thrown) {
      // The tasks are the other master's now: they are left to it, not ended.
      if (thrown instanceof EngineError && thrown.code === 'JOB-011') onFenced()
      throw thrown
    }
    return sizeBytes
  }

  #heard(news: CheckpointNews, epoch: number): void {
    const { host, dispatch, pipelineId, onChange } = this.#options
    const asked = this.#asked
    if (asked !== undefined && news.kind === 'triggered') asked.checkpointId ??= news.checkpointId
    this.#checkpoints = withNews(
      this.#checkpoints,
      news,
      host.clock.now(),
      (id) => asked?.checkpointId === id,
    )
    if (news.kind === 'stored') this.#uncommittedId = news.checkpointId
    if (news.kind === 'completed') this.#uncommittedId = undefined
    onChange()
    if (news.kind !== 'completed') return
    if (!this.#hasProgressed) dispatch({ kind: 'progressed', pipelineId, epoch })
    this.#hasProgressed = true
    if (asked?.checkpointId === news.checkpointId) {
      this.#asked = undefined
      asked.done.resolve()
    } else if (asked !== undefined) this.#live?.execution.requestCheckpoint()
  }

  #settle(
    live: Live | undefined,
    reason: Parameters<typeof withAbandoned>[2],
    message: string,
  ): void {
    const { host } = this.#options
    this.#checkpoints = withAbandoned(this.#checkpoints, host.clock.now(), reason, message)
    if (live !== undefined) {
      const progress = live.progress.sum()
      this.#lastCounts = addCounts(this.#baseCounts, progress.vertices)
      this.#baseCounts =
        reason === 'PIPELINE_END'
          ? this.#lastCounts
          : addCounts(this.#baseCounts, completedCounts(progress))
    }
    const asked = this.#asked
    this.#asked = undefined
    asked?.done.reject(new EngineError('JOB-009', `No savepoint was taken: ${message}`))
    this.#live = undefined
  }

  #failed(error: Error, epoch: number, attempt: Attempt): void {
    const { dispatch, pipelineId } = this.#options
    const code = error instanceof EngineError ? error.code : null
    const isCanceled = attempt.end === 'cancel'
    const canRetry = error instanceof EngineError && error.retry !== 'never'
    // The next execution commits these rows and does not write them again.
    if (this.#uncommittedId !== undefined && canRetry && !isCanceled) {
      this.#live?.progress.checkpointCompleted(this.#uncommittedId)
    }
    this.#uncommittedId = undefined
    this.#settle(
      this.#live,
      isCanceled ? 'CHECKPOINT_COORDINATOR_SHUTDOWN' : 'CHECKPOINT_COORDINATOR_RESET',
      error.message,
    )
    if (isCanceled) return this.#tell('canceled', epoch)
    const isGone = attempt.isAttaching && code === 'JOB-021'
    if (isGone || code === 'JOB-022' || code === 'JOB-008') return this.#tell('gone', epoch)
    dispatch({
      kind: 'failed',
      pipelineId,
      epoch,
      failure: { code, message: error.message },
      canRetry,
      isLost: code === 'JOB-020' || code === 'JOB-021',
    })
  }

  #tell(kind: 'canceled' | 'gone', epoch: number): void {
    this.#options.dispatch({ kind, pipelineId: this.#options.pipelineId, epoch })
  }
}

const canceled = (): EngineError => new EngineError('JOB-010', 'The job was cancelled.')
