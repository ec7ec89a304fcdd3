import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import type { Timer } from '../../runtime/host/index.ts'
import type { SweepBundles } from '../bundles/index.ts'
import { openCheckpointStorage, type StateMaps } from '../coordinator/index.ts'
import { openJobBook, type JobBook } from './book/jobBook.ts'
import type { JobInfoRecord } from './book/records.ts'
import { History } from './history.ts'
import { jobCounts } from './jobCounts.ts'
import { checkJobId, createJobIds } from './jobIds.ts'
import { restoredRecords } from './restore/source.ts'
import { forgetRunning } from './run/archive.ts'
import type { RunContext } from './run/context.ts'
import { takenOver } from './run/fenced.ts'
import type { FoundJob } from './run/found.ts'
import { JobRun } from './run/jobRun.ts'
import { Scheduler } from './scheduler.ts'
import type { JobSubmission, SubmittedJob } from './service.ts'
import { isEnd } from './states.ts'
import { readSubmission, restoreSourceOf } from './submission.ts'

/** The history is looked through for what has expired. */
const EXPIRY_INTERVAL_MS = 1_000
/** After a split the other side may bring jobs that this master does not know. */
const ADOPTION_INTERVAL_MS = 30_000
/** Code that no job needs any more is looked for. */
const SWEEP_INTERVAL_MS = 30_000
/** The grid is asked again after so long. */
const RETRY_MS = 500

export type MastershipOptions = Omit<RunContext, 'book' | 'storage' | 'scheduler'> & {
  readonly maps: StateMaps
  /** A job is in the history no more. */
  readonly onForgotten: (jobId: string) => void
  readonly sweepBundles: SweepBundles
}

/** The time in which this member is the master of all jobs: from a takeover to the next. */
export class Mastership {
  readonly context: RunContext
  readonly history: History
  readonly #book: JobBook
  readonly #runs = new Map<string, JobRun>()
  readonly #newId: () => string
  readonly #sweepBundles: SweepBundles
  readonly #timers = new Set<Timer>()
  readonly #opened: Promise<void>
  #printed = jobCounts([], [])
  #isClosed = false

  constructor(options: MastershipOptions) {
    const { host, maps, settings, directory, masterEpoch } = options
    this.#book = openJobBook(maps)
    const storage = openCheckpointStorage(host, maps, settings.storage)
    this.history = new History({
      book: this.#book,
      storage,
      expiryMs: settings.historyExpiryMs,
      onForgotten: options.onForgotten,
    })
    this.context = {
      ...options,
      isCurrent: () => !this.#isClosed && options.isCurrent(),
      book: this.#book,
      storage,
      scheduler: new Scheduler({
        host,
        directory,
        strategy: settings.allocationStrategy,
        onLack: settings.scheduleStrategy,
      }),
    }
    this.#sweepBundles = options.sweepBundles
    this.#newId = createJobIds(host.clock, masterEpoch)
    this.#opened = this.#open()
  }

  get masterEpoch(): number {
    return this.context.masterEpoch
  }

  /** Resolves when all jobs of the master before are taken over. */
  ready(): Promise<void> {
    return this.#opened
  }

  /** Those that have not ended, in the order of their submission. */
  runs(): JobRun[] {
    return [...this.#runs.values()].filter(({ state }) => !isEnd(state.status))
  }

  /** Resolves when all jobs that have ended are in the history. */
  async archived(): Promise<void> {
    const ending = [...this.#runs.values()].filter(({ state }) => isEnd(state.status))
    await Promise.all(ending.map(({ ended }) => ended))
  }

  run(jobId: string): JobRun | undefined {
    return this.#runs.get(jobId)
  }

  async submit(submission: JobSubmission): Promise<SubmittedJob> {
    const { history, context } = this
    const restoreFrom = restoreSourceOf(submission)
    const jobId = submission.jobId === undefined ? this.#newId() : checkJobId(submission.jobId)
    const running = this.#runs.get(jobId)
    if (running !== undefined) return { jobId, jobName: running.info.jobName }
    const before = history.get(jobId)
    if (before !== undefined && restoreFrom === null) {
      throw new EngineError('JOB-004', `Job ${jobId} has ended as ${before.status}.`)
    }
    const { plan, bundle, tablePaths } = await readSubmission(submission.content)
    const restoredRun = restoreFrom === null ? undefined : history.get(restoreFrom.jobId)
    if (restoreFrom !== null) {
      const { storage } = context
      await restoredRecords({ storage, from: restoreFrom, finished: restoredRun, jobId, plan })
    }
    const info: JobInfoRecord = {
      jobId,
      jobName: submission.jobName ?? plan.name,
      plan,
      bundle,
      // Later than the end of the run before also where the clocks of two masters differ.
      createdAtMs: Math.max(context.host.clock.now(), (before?.endedAtMs ?? 0) + 1),
      isStartWithSavePoint: restoreFrom !== null,
      restoreFrom,
      tablePaths,
      quorumMembers: plan.env.splitBrainProtection === true ? context.memberCount() : null,
    }
    const other = await this.#book.info.putIfAbsent(jobId, info)
    if (other !== undefined) return { jobId, jobName: other.jobName }
    this.#begin(info, { diary: undefined, restoredRun, lastEpoch: before?.lastEpoch ?? 0 })
    return { jobId, jobName: info.jobName }
  }

  membersChanged(): void {
    for (const run of this.#runs.values()) run.membersChanged()
    this.context.scheduler.check()
  }

  /** Leaves all jobs, and the tasks that run, to the next master. */
  close(): void {
    this.#isClosed = true
    this.context.scheduler.close()
    for (const timer of this.#timers) timer.cancel()
    for (const run of this.#runs.values()) run.abandon(takenOver())
    this.#runs.clear()
  }

  async #open(): Promise<void> {
    const { settings, host, logs } = this.context
    while (this.context.isCurrent()) {
      try {
        await this.#takeOver()
        this.#repeat(EXPIRY_INTERVAL_MS, () =>
          this.history.expire(host.clock.now(), (jobId) => this.#runs.has(jobId)),
        )
        this.#repeat(ADOPTION_INTERVAL_MS, async () => {
          await this.#adopt()
        })
        this.#repeat(SWEEP_INTERVAL_MS, () => this.#sweep())
        this.#repeat(settings.backupIntervalMs, () => this.#backUp())
        if (settings.printIntervalMs > 0) {
          this.#repeat(settings.printIntervalMs, async () => this.#print())
        }
        return
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        logs.member('warn', `The jobs cannot be taken over yet: ${thrown.message}`)
        await host.clock.sleep(RETRY_MS)
      }
    }
  }

  async #takeOver(): Promise<void> {
    await this.history.load()
    const count = await this.#adopt()
    if (count > 0) this.context.logs.member('info', `${count} jobs go on under this master`)
  }

  /** Goes on with all jobs in the book that this master does not have yet; tells how many. */
  async #adopt(): Promise<number> {
    const book = this.#book
    const infos = (await book.info.entries()).map(([, info]) => info)
    infos.sort((left, right) => left.createdAtMs - right.createdAtMs)
    let count = 0
    for (const info of infos) {
      const { jobId, restoreFrom } = info
      if (this.#runs.has(jobId)) continue
      const before = this.history.get(jobId)
      if (before !== undefined && before.endedAtMs >= info.createdAtMs) {
        // Its master was interrupted while it moved the job into the history, or the other side of a
        // split still had it.
        await forgetRunning(book, jobId, before.pipelines)
        continue
      }
      const diary = await book.diary.get(jobId)
      const restoredRun = restoreFrom === null ? undefined : this.history.get(restoreFrom.jobId)
      this.#begin(info, { diary, restoredRun, lastEpoch: before?.lastEpoch ?? 0 })
      count += 1
    }
    return count
  }

  #begin(info: JobInfoRecord, found: FoundJob): void {
    const { jobId } = info
    if (this.#runs.has(jobId)) return
    const run = new JobRun(this.context, info, found)
    this.#runs.set(jobId, run)
    void run.ended.then((finished) => {
      if (finished !== undefined) this.history.add(finished)
      if (this.#runs.get(jobId) === run) this.#runs.delete(jobId)
    })
    void run.start()
  }

  #sweep(): Promise<void> {
    return this.#sweepBundles((hash) => {
      for (const { info } of this.#runs.values()) if (info.bundle === hash) return true
      return false
    })
  }

  async #backUp(): Promise<void> {
    for (const run of this.#runs.values()) await run.backUp()
  }

  /** An idle cluster says it once. */
  #print(): void {
    const running = this.runs().map(({ state }) => state.status)
    const counts = jobCounts(running, this.history.all())
    if (running.length > 0 || counts !== this.#printed) this.context.logs.member('info', counts)
    this.#printed = counts
  }

  /** Does something again and again; what fails is told and done again. */
  #repeat(intervalMs: number, work: () => Promise<void>): void {
    const { host, logs } = this.context
    const timer = host.clock.timer(intervalMs, () => {
      this.#timers.delete(timer)
      work()
        .catch((thrown: unknown) =>
          logs.member('warn', `The history of jobs: ${messageOf(thrown)}`),
        )
        .finally(() => {
          if (!this.#isClosed) this.#repeat(intervalMs, work)
        })
    })
    this.#timers.add(timer)
  }
}
