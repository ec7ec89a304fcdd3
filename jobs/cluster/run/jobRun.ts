import { assert, EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Timer } from '../../../runtime/host/index.ts'
import {
  pipelineTasks,
  taskNames,
  type CheckpointRecord,
  type PipelineTasks,
} from '../../coordinator/index.ts'
import { pipelinesOf } from '../../plan/index.ts'
import type { JobMetrics } from '../answers.ts'
import type { FinishedRecord, JobDiary, JobInfoRecord, JobStateRecord } from '../book/records.ts'
import { emptyCheckpoints } from '../checkpointLog.ts'
import type { JobEffect, JobEvent, JobState } from '../machine/state.ts'
import { stepJob } from '../machine/step.ts'
import { restoredRecords } from '../restore/source.ts'
import { isEnd } from '../states.ts'
import type { RunContext } from './context.ts'
import { archive } from './archive.ts'
import { FencedRecord, takenOver } from './fenced.ts'
import { newState, openIds, type FoundJob } from './found.ts'
import { JobNotes } from './jobNotes.ts'
import { PipelineRunner } from './pipelineRunner.ts'

interface QueuedEvent {
  readonly event: JobEvent
  readonly onNoted: (() => void) | undefined
}

/** The grid may fail for a while. */
const ARCHIVE_RETRY_MS = 1_000

/** One job on its master: drives the machine, keeps the book, runs the pipelines. */
export class JobRun {
  readonly info: JobInfoRecord
  readonly #context: RunContext
  readonly #found: FoundJob
  readonly #record: FencedRecord<JobStateRecord>
  readonly #runners = new Map<number, PipelineRunner>()
  readonly #notes: JobNotes
  readonly #ended = Promise.withResolvers<FinishedRecord | undefined>()
  #tasks: readonly PipelineTasks[] = []
  #state: JobState
  /** Events that wait for those before them to be written down. */
  #events: QueuedEvent[] = []
  #isStepping = false
  /** Its runners are there; events that come before wait. */
  #isOpen = false
  /** Resolves when its runners are there, or another master has it. */
  readonly #opened = Promise.withResolvers<void>()
  #isGone = false
  #isAbandoned = false
  /** It was taken over from another master. */
  #hasRun = false
  #timers = new Set<Timer>()
  #starting: Promise<ReadonlyMap<number, CheckpointRecord>> | undefined

  constructor(context: RunContext, info: JobInfoRecord, found: FoundJob) {
    this.#context = context
    this.info = info
    this.#found = found
    const { book, host, isCurrent } = context
    const { jobId } = info
    this.#record = new FencedRecord({
      host,
      map: book.state,
      key: jobId,
      isCurrent,
    })
    this.#state = newState(info, found)
    this.#notes = new JobNotes(context, info, this.#runners, found.diary)
  }

  get state(): JobState {
    return this.#state
  }

  get diary(): JobDiary {
    return this.#notes.diary
  }

  /** Resolves when the job has ended and is in the history; with undefined when another master has it. */
  get ended(): Promise<FinishedRecord | undefined> {
    return this.#ended.promise
  }

  /** Begins, or goes on where the master before was. */
  async start(): Promise<void> {
    const { plan } = this.info
    try {
      this.#tasks = await Promise.all(
        pipelinesOf(plan).map((vertexIds) => pipelineTasks(plan, vertexIds)),
      )
      const { masterEpoch } = this.#context
      await this.#record.claim((found) => {
        this.#state = found?.state ?? this.#state
        return { masterEpoch, state: this.#state }
      })
      const isNew = this.#state.status === 'INITIALIZING'
      await this.#openRunners(isNew)
      this.#isOpen = true
      this.#opened.resolve()
      const isOver = isEnd(this.#state.status)
      const event: JobEvent = isNew ? { kind: 'admitted' } : { kind: 'takenOver' }
      if (!isOver) this.#events.unshift({ event, onNoted: undefined })
      void this.#stepAll()
      if (isOver) await this.#archive()
    } catch (thrown) {
      this.#fenced(thrown)
    }
  }

  dispatch(event: JobEvent): void {
    this.#enqueue({ event, onNoted: undefined })
  }

  /**
   * Resolves when what follows from the event is written down, so that another master goes on with
   * it. Rejects with JOB-011 when another master has the job.
   */
  request(event: JobEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      const onNoted = () => (this.#isAbandoned ? reject(takenOver()) : resolve())
      this.#enqueue({ event, onNoted })
    })
  }

  /**
   * Takes a savepoint of all pipelines that run; the job goes on. Rejects with JOB-009 when it does
   * not run, and with JOB-011 when another master has the job.
   */
  async savepoint(): Promise<void> {
    await this.#opened.promise
    if (this.#isAbandoned) throw takenOver()
    if (this.#state.status !== 'RUNNING') {
      throw new EngineError('JOB-009', `Job ${this.info.jobId} is ${this.#state.status}.`)
    }
    const running = this.#state.pipelines.filter(({ status }) => status === 'RUNNING')
    await Promise.all(running.map(({ pipelineId }) => this.#runner(pipelineId).savepoint()))
  }

  metrics(): JobMetrics {
    return this.#notes.metrics()
  }

  /** Whether this side of a split cluster may run it; otherwise why not. */
  heldBack(): string | undefined {
    const { quorumMembers } = this.info
    const count = this.#context.memberCount()
    if (quorumMembers === null || count * 2 > quorumMembers) return undefined
    return `Only ${count} of ${quorumMembers} members are there, and it runs on more than half of them only.`
  }

  /** The members have changed: it stops where it must not run. */
  membersChanged(): void {
    const reason = this.heldBack()
    if (reason === undefined) return
    for (const runner of this.#runners.values()) {
      runner.fail(new EngineError('JOB-008', reason, { retry: 'backoff' }))
    }
  }

  /** Writes down what another master needs to tell how the job went. */
  backUp(): Promise<void> {
    return this.#notes.backUp()
  }

  /** Leaves the job, and the tasks that run, to another master. */
  abandon(reason: Error): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#isAbandoned = true
    this.#opened.resolve()
    for (const timer of this.#timers) timer.cancel()
    void this.#notes.close()
    for (const queued of this.#events.splice(0)) queued.onNoted?.()
    for (const runner of this.#runners.values()) runner.abandon(reason)
    this.#ended.resolve(undefined)
  }

  async #openRunners(isNew: boolean): Promise<void> {
    const { directory, logs } = this.#context
    const { jobId } = this.info
    const { lastEpoch } = this.#found
    const { checkpoints, counts } = this.#notes.diary
    this.#hasRun = !isNew
    for (const [index, tasks] of this.#tasks.entries()) {
      const pipelineId = index + 1
      const runner = new PipelineRunner({
        ...this.#context,
        jobId,
        plan: this.info.plan,
        bundle: this.info.bundle,
        pipelineId,
        tasks,
        ids: await openIds(this.#context, this.info, pipelineId, { lastEpoch, isNew }),
        startsFrom: async () => (await this.#startsFrom()).get(pipelineId),
        checkpoints: checkpoints[index] ?? emptyCheckpoints(pipelineId),
        baseCounts: counts[pipelineId] ?? [],
        dispatch: (event) => this.dispatch(event),
        releaseSlots: () => {
          directory.release(jobId, pipelineId)
          this.#notes.placed(pipelineId, null)
        },
        onChange: () => this.#notes.counted(),
        onPrint: (lines) => {
          for (const line of lines) logs.job(jobId, 'info', line)
        },
        onLog: (level, message) => this.#log(level, message),
        onFenced: () => this.abandon(takenOver()),
      })
      this.#runners.set(pipelineId, runner)
    }
  }

  #startsFrom(): Promise<ReadonlyMap<number, CheckpointRecord>> {
    const { restoreFrom, jobId, plan } = this.info
    if (restoreFrom === null) return Promise.resolve(new Map())
    this.#starting ??= restoredRecords({
      storage: this.#context.storage,
      from: restoreFrom,
      finished: this.#found.restoredRun,
      jobId,
      plan,
    })
    return this.#starting
  }

  #runner(pipelineId: number): PipelineRunner {
    const runner = this.#runners.get(pipelineId)
    assert(runner !== undefined, 'each pipeline of the plan has a runner')
    return runner
  }

  #enqueue(queued: QueuedEvent): void {
    this.#events.push(queued)
    if (!this.#isStepping && (this.#isOpen || this.#isGone)) void this.#stepAll()
  }

  async #stepAll(): Promise<void> {
    this.#isStepping = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        try {
          if (!this.#isGone) await this.#step(next.event)
        } catch (thrown) {
          this.#fenced(thrown)
        }
        next.onNoted?.()
      }
    } finally {
      this.#isStepping = false
    }
  }

  async #step(event: JobEvent): Promise<void> {
    const before = this.#state
    const { state, effects } = stepJob(before, event)
    if (event.kind === 'failed') {
      this.#notes.failed(event, before.pipelines[event.pipelineId - 1]!.places)
    }
    if (state !== before) {
      await this.#save(state)
      this.#state = state
      this.#notes.changed(before, state)
    }
    for (const effect of effects) await this.#perform(effect, before)
  }

  #save(state: JobState): Promise<void> {
    return this.#record.write({ masterEpoch: this.#context.masterEpoch, state })
  }

  async #perform(effect: JobEffect, before: JobState): Promise<void> {
    switch (effect.kind) {
      case 'requestSlots':
        return this.#requestSlots(effect.pipelineIds)
      case 'withdraw':
        return this.#context.scheduler.withdraw(this.info.jobId)
      case 'deploy':
      case 'attach':
        return this.#startPipeline(effect.pipelineId, effect.kind === 'attach')
      case 'drain':
        return this.#runner(effect.pipelineId).drain()
      case 'cancel': {
        const pipeline = before.pipelines[effect.pipelineId - 1]!
        const runner = this.#runner(effect.pipelineId)
        if (!effect.force) return runner.cancel(pipeline)
        runner.fail(new EngineError('JOB-010', 'The job was cancelled.'))
        void runner.endTasks(pipeline)
        return this.#context.directory.release(this.info.jobId, effect.pipelineId)
      }
      case 'retryAfter':
        return this.#later(effect.delayMs, {
          kind: 'retryDue',
          pipelineId: effect.pipelineId,
        })
      case 'ended':
        return this.#archive()
      default:
        effect satisfies never
    }
  }

  #startPipeline(pipelineId: number, isRunning: boolean): void {
    const pipeline = this.#state.pipelines[pipelineId - 1]!
    const runner = this.#runner(pipelineId)
    if (this.heldBack() === undefined) {
      runner.start(pipeline, isRunning)
      return
    }
    void runner.endTasks(pipeline)
    this.#context.directory.release(this.info.jobId, pipelineId)
    this.dispatch({ kind: 'gone', pipelineId, epoch: pipeline.epoch })
  }

  #later(delayMs: number, event: JobEvent): void {
    const timer = this.#context.host.clock.timer(delayMs, () => {
      this.#timers.delete(timer)
      this.dispatch(event)
    })
    this.#timers.add(timer)
  }

  #requestSlots(pipelineIds: readonly number[]): void {
    const { scheduler } = this.#context
    const { jobId, jobName, plan } = this.info
    scheduler.enqueue({
      jobId,
      jobName,
      source: this.#hasRun || this.#state.status !== 'PENDING' ? 'RESTORE' : 'SUBMIT',
      pipelines: pipelineIds.map((pipelineId) => ({
        pipelineId,
        name: `pipeline-${pipelineId}`,
        tasks: taskNames(this.#tasks[pipelineId - 1]!),
      })),
      tagFilter: plan.env.tagFilter ?? {},
      heldBack: () => this.heldBack(),
      onPlaced: (pipelines) => {
        for (const [pipelineId, places] of Object.entries(pipelines)) {
          this.#notes.placed(Number(pipelineId), places)
        }
        this.dispatch({ kind: 'placed', pipelines })
      },
      onRejected: (failure) => this.dispatch({ kind: 'rejected', failure }),
    })
  }

  async #archive(): Promise<void> {
    const metrics = this.metrics()
    this.#isGone = true
    await this.#notes.close()
    for (const timer of this.#timers) timer.cancel()
    const { info, diary } = this
    const { host, isCurrent } = this.#context
    while (isCurrent()) {
      try {
        const finished = await archive(this.#context, { info, state: this.#state, diary, metrics })
        this.#ended.resolve(finished)
        return
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        this.#log('warn', `It is not in the history yet: ${thrown.message}`)
        await host.clock.sleep(ARCHIVE_RETRY_MS)
      }
    }
    this.#ended.resolve(undefined)
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void {
    const { logs } = this.#context
    const { jobId } = this.info
    logs.member(level, `Job ${jobId}: ${message}`)
    logs.job(jobId, level, message)
  }

  /** What cannot be written down cannot be done: somebody else has the job, or this is a bug. */
  #fenced(thrown: unknown): void {
    if (this.#isGone) return
    if (!(thrown instanceof EngineError && thrown.code === 'JOB-011')) {
      this.#log('error', `It is left: ${textOf(thrown)}`)
    }
    this.abandon(thrown instanceof Error ? thrown : new Error(String(thrown)))
  }
}

const textOf = (thrown: unknown): string =>
  thrown instanceof Error && !(thrown instanceof EngineError)
    ? (thrown.stack ?? thrown.message)
    : messageOf(thrown)
