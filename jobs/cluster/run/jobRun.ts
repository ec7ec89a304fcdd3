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
import { pipelineKey } from '../book/jobBook.ts'
import type { FinishedRecord, JobDiary, JobInfoRecord, JobStateRecord } from '../book/records.ts'
import { emptyCheckpoints } from '../checkpointLog.ts'
import { addCounts, JobMeter, totalsOf } from '../metrics.ts'
import type { JobEffect, JobEvent, JobState } from '../machine/state.ts'
import { stepJob } from '../machine/step.ts'
import { restoredRecords } from '../restore/source.ts'
import { isEnd } from '../states.ts'
import type { RunContext } from './context.ts'
import { EMPTY_DIARY, withChange, withFailure } from './diary.ts'
import { archive } from './archive.ts'
import { FencedRecord, takenOver } from './fenced.ts'
import { newState, openIds, type FoundJob } from './found.ts'
import { PipelineRunner } from './pipelineRunner.ts'

interface QueuedEvent {
  readonly event: JobEvent
  readonly onNoted: (() => void) | undefined
}

/** Changes that follow each other so soon are written down together. */
const NOTE_DELAY_MS = 100
/** The grid may fail for a while. */
const ARCHIVE_RETRY_MS = 1_000

/** One job on its master: drives the machine, keeps the book, runs the pipelines. */
export class JobRun {
  readonly info: JobInfoRecord
  readonly #context: RunContext
  readonly #found: FoundJob
  readonly #record: FencedRecord<JobStateRecord>
  readonly #runners = new Map<number, PipelineRunner>()
  readonly #meter = new JobMeter()
  readonly #ended = Promise.withResolvers<FinishedRecord | undefined>()
  #tasks: readonly PipelineTasks[] = []
  #state: JobState
  #diary: JobDiary
  /** Events that wait for those before them to be written down. */
  #events: QueuedEvent[] = []
  #isStepping = false
  #isGone = false
  #isAbandoned = false
  /** It was taken over from another master. */
  #hasRun = false
  #isChanged = false
  #isNoting = false
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
    this.#diary = found.diary ?? EMPTY_DIARY
  }

  get state(): JobState {
    return this.#state
  }

  get diary(): JobDiary {
    const runners = [...this.#runners.values()]
    if (runners.length === 0) return this.#diary
    return {
      ...this.#diary,
      checkpoints: runners.map(({ checkpoints }) => checkpoints),
      counts: Object.fromEntries(
        [...this.#runners].map(([pipelineId, runner]) => [pipelineId, runner.baseCounts]),
      ),
    }
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
      if (isEnd(this.#state.status)) await this.#archive()
      else this.dispatch(isNew ? { kind: 'admitted' } : { kind: 'takenOver' })
    } catch (thrown) {
      this.#fenced(thrown)
    }
  }

  dispatch(event: JobEvent): void {
    this.#events.push({ event, onNoted: undefined })
    if (!this.#isStepping) void this.#stepAll()
  }

  /**
   * Resolves when what follows from the event is written down, so that another master goes on with
   * it. Rejects with JOB-011 when another master has the job.
   */
  request(event: JobEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#events.push({
        event,
        onNoted: () => (this.#isAbandoned ? reject(takenOver()) : resolve()),
      })
      if (!this.#isStepping) void this.#stepAll()
    })
  }

  /** Takes a savepoint of all pipelines that run; the job goes on. */
  async savepoint(): Promise<void> {
    if (this.#state.status !== 'RUNNING') {
      throw new EngineError('JOB-009', `Job ${this.info.jobId} is ${this.#state.status}.`)
    }
    const running = this.#state.pipelines.filter(({ status }) => status === 'RUNNING')
    await Promise.all(running.map(({ pipelineId }) => this.#runner(pipelineId).savepoint()))
  }

  metrics(): JobMetrics {
    return this.#meter.metrics(this.#totals(), this.#context.host.clock.now())
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
  async backUp(): Promise<void> {
    if (!this.#isChanged || this.#isGone) return
    this.#isChanged = false
    const { book } = this.#context
    const { jobId } = this.info
    await book.diary.set(jobId, this.diary)
    await book.metrics.set(jobId, this.metrics())
  }

  /** Leaves the job, and the tasks that run, to another master. */
  abandon(reason: Error): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#isAbandoned = true
    for (const timer of this.#timers) timer.cancel()
    for (const queued of this.#events.splice(0)) queued.onNoted?.()
    for (const runner of this.#runners.values()) runner.abandon(reason)
    this.#ended.resolve(undefined)
  }

  async #openRunners(isNew: boolean): Promise<void> {
    const { book, directory, log } = this.#context
    const { jobId } = this.info
    const { lastEpoch } = this.#found
    this.#hasRun = !isNew
    for (const [index, tasks] of this.#tasks.entries()) {
      const pipelineId = index + 1
      const runner = new PipelineRunner({
        ...this.#context,
        jobId,
        plan: this.info.plan,
        pipelineId,
        tasks,
        ids: await openIds(this.#context, this.info, pipelineId, { lastEpoch, isNew }),
        startsFrom: async () => (await this.#startsFrom()).get(pipelineId),
        checkpoints: this.#diary.checkpoints[index] ?? emptyCheckpoints(pipelineId),
        baseCounts: this.#diary.counts[pipelineId] ?? [],
        dispatch: (event) => this.dispatch(event),
        releaseSlots: () => {
          directory.release(jobId, pipelineId)
          this.#inBackground(book.slots.remove(pipelineKey(jobId, pipelineId)))
        },
        onChange: () => this.#changed(),
        onPrint: (lines) => {
          for (const line of lines) log('info', line)
        },
        onLog: (level, message) => log(level, `Job ${jobId}: ${message}`),
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

  #totals(): ReturnType<typeof totalsOf> {
    const { plan, tablePaths } = this.info
    const runners = [...this.#runners.values()]
    const counts = runners.reduce<ReturnType<PipelineRunner['counts']>>(
      (sum, runner) => addCounts(sum, runner.counts()),
      [],
    )
    return totalsOf(plan, tablePaths, counts)
  }

  #changed(): void {
    this.#isChanged = true
    this.#meter.sample(() => this.#totals(), this.#context.host.clock.now())
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
    if (event.kind === 'failed') this.#noteFailure(event)
    if (state !== before) {
      const nowMs = this.#context.host.clock.now()
      this.#diary = withChange(this.#diary, before, state, nowMs)
      this.#isChanged = true
      await this.#save(state)
      this.#state = state
      this.#noteSoon()
      if (state.status !== before.status) this.#tellStatus()
    }
    for (const effect of effects) await this.#perform(effect, before)
  }

  #save(state: JobState): Promise<void> {
    return this.#record.write({ masterEpoch: this.#context.masterEpoch, state })
  }

  #tellStatus(): void {
    const { log, book } = this.#context
    const { jobId, jobName } = this.info
    const { status, failure } = this.#state
    const why = failure === null ? '' : `: ${failure.code ?? ''} ${failure.message}`
    log(status === 'FAILED' ? 'error' : 'info', `Job ${jobId} (${jobName}) is ${status}${why}`)
    this.#inBackground(book.times.set(jobId, this.#diary.times))
  }

  #noteFailure({ pipelineId, epoch, failure }: Extract<JobEvent, { kind: 'failed' }>): void {
    const { host, hosts } = this.#context
    const { places } = this.#state.pipelines[pipelineId - 1]!
    const names = [...new Set(Object.values(places ?? {}))].map((id) => hosts.nameOf(id))
    this.#diary = withFailure(this.#diary, {
      jobId: this.info.jobId,
      pipelineId,
      epoch,
      createdTime: host.clock.now(),
      code: failure.code,
      message: failure.message,
      member: names.find((name) => failure.message.includes(name)) ?? null,
      restoredCheckpointId: this.#runner(pipelineId).checkpoints.latestCompleted?.checkpointId ?? 0,
    })
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
    const { scheduler, book } = this.#context
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
          this.#inBackground(book.slots.set(pipelineKey(jobId, Number(pipelineId)), places))
        }
        this.dispatch({ kind: 'placed', pipelines })
      },
      onRejected: (failure) => this.dispatch({ kind: 'rejected', failure }),
    })
  }

  /** What has just happened is worth knowing to another master, before the next backup. */
  #noteSoon(): void {
    if (this.#isNoting) return
    this.#isNoting = true
    const timer = this.#context.host.clock.timer(NOTE_DELAY_MS, () => {
      this.#timers.delete(timer)
      this.#isNoting = false
      this.#inBackground(this.backUp())
    })
    this.#timers.add(timer)
  }

  async #archive(): Promise<void> {
    const metrics = this.metrics()
    this.#isGone = true
    for (const timer of this.#timers) timer.cancel()
    const { info, diary } = this
    const { host, isCurrent, log } = this.#context
    while (isCurrent()) {
      try {
        const finished = await archive(this.#context, { info, state: this.#state, diary, metrics })
        this.#ended.resolve(finished)
        return
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        log('warn', `Job ${info.jobId} is not in the history yet: ${thrown.message}`)
        await host.clock.sleep(ARCHIVE_RETRY_MS)
      }
    }
    this.#ended.resolve(undefined)
  }

  /** What cannot be written down cannot be done: somebody else has the job, or this is a bug. */
  #fenced(thrown: unknown): void {
    if (this.#isGone) return
    if (!(thrown instanceof EngineError && thrown.code === 'JOB-011')) {
      this.#context.log('error', `Job ${this.info.jobId} is left: ${textOf(thrown)}`)
    }
    this.abandon(thrown instanceof Error ? thrown : new Error(String(thrown)))
  }

  /** What only tells others: a failure is no failure of the job. */
  #inBackground(work: Promise<void>): void {
    work.catch((thrown: unknown) =>
      this.#context.log('warn', `Job ${this.info.jobId} was not noted: ${messageOf(thrown)}`),
    )
  }
}

const textOf = (thrown: unknown): string =>
  thrown instanceof Error && !(thrown instanceof EngineError)
    ? (thrown.stack ?? thrown.message)
    : messageOf(thrown)
