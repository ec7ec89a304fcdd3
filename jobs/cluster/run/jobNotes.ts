import { messageOf } from '../../../runtime/errors/index.ts'
import type { Timer } from '../../../runtime/host/index.ts'
import type { JobMetrics } from '../answers.ts'
import { pipelineKey } from '../book/jobBook.ts'
import type { JobDiary, JobInfoRecord } from '../book/records.ts'
import { addCounts, JobMeter, totalsOf } from '../metrics.ts'
import type { JobEvent, JobState, Places } from '../machine/state.ts'
import type { RunContext } from './context.ts'
import { EMPTY_DIARY, withChange, withFailure } from './diary.ts'
import type { PipelineRunner } from './pipelineRunner.ts'

/** Changes that follow each other so soon are written down together. */
const NOTE_DELAY_MS = 100

type Runners = ReadonlyMap<number, PipelineRunner>

/** What is told of a job: its diary and metrics, here and, for another master, in the grid. */
export class JobNotes {
  readonly #context: RunContext
  readonly #info: JobInfoRecord
  readonly #runners: Runners
  readonly #meter = new JobMeter()
  #diary: JobDiary
  #isChanged = false
  #timer: Timer | undefined
  /** One write after the other; none fails. */
  #writes: Promise<void> = Promise.resolve()
  #isClosed = false
  /** Of the members where its tasks were put: one that is lost has no name any more. */
  readonly #names = new Map<string, string>()

  constructor(context: RunContext, info: JobInfoRecord, runners: Runners, found?: JobDiary) {
    this.#context = context
    this.#info = info
    this.#runners = runners
    this.#diary = found ?? EMPTY_DIARY
  }

  get diary(): JobDiary {
    if (this.#runners.size === 0) return this.#diary
    return {
      ...this.#diary,
      checkpoints: [...this.#runners.values()].map(({ checkpoints }) => checkpoints),
      counts: Object.fromEntries(
        [...this.#runners].map(([pipelineId, runner]) => [pipelineId, runner.baseCounts]),
      ),
    }
  }

  metrics(): JobMetrics {
    return this.#meter.metrics(this.#totals(), this.#context.host.clock.now())
  }

  /** Counts or checkpoints have changed. */
  counted(): void {
    this.#isChanged = true
    this.#meter.sample(() => this.#totals(), this.#context.host.clock.now())
  }

  changed(before: JobState, after: JobState): void {
    const { host, book, report } = this.#context
    const known = new Set(this.#diary.events)
    this.#diary = withChange(this.#diary, before, after, host.clock.now())
    for (const event of this.#diary.events.toReversed()) if (!known.has(event)) report(event)
    this.#isChanged = true
    this.#timer ??= host.clock.timer(NOTE_DELAY_MS, () => {
      this.#timer = undefined
      void this.backUp()
    })
    if (before.status === after.status) return
    const { jobId, jobName } = this.#info
    const { status, failure } = after
    const why = failure === null ? '' : `: ${failure.code ?? ''} ${failure.message}`
    this.#log(status === 'FAILED' ? 'error' : 'info', `${jobName} is ${status}${why}`)
    const { times } = this.#diary
    this.#write(() => book.times.set(jobId, times))
  }

  failed(event: Extract<JobEvent, { kind: 'failed' }>, places: Places | null): void {
    const { host, hosts } = this.#context
    const { pipelineId, epoch, failure } = event
    const ids = [...new Set(Object.values(places ?? {}))]
    const names = ids.map((id) => this.#names.get(id) ?? hosts.nameOf(id))
    const { latestCompleted } = this.#runners.get(pipelineId)!.checkpoints
    this.#log('warn', `Pipeline ${pipelineId} failed: ${failure.message}`)
    this.#diary = withFailure(this.#diary, {
      jobId: this.#info.jobId,
      pipelineId,
      epoch,
      createdTime: host.clock.now(),
      code: failure.code,
      message: failure.message,
      member: names.find((name) => failure.message.includes(name)) ?? null,
      restoredCheckpointId: event.canRetry ? (latestCompleted?.checkpointId ?? 0) : null,
    })
  }

  /** Where the tasks of a pipeline are; null: nowhere. */
  placed(pipelineId: number, places: Places | null): void {
    const { book, hosts } = this.#context
    const { slots } = book
    for (const id of Object.values(places ?? {})) this.#names.set(id, hosts.nameOf(id))
    const key = pipelineKey(this.#info.jobId, pipelineId)
    this.#write(() => (places === null ? slots.remove(key) : slots.set(key, places)))
  }

  /** Writes down what another master needs to tell how the job went. */
  backUp(): Promise<void> {
    if (!this.#isChanged) return this.#writes
    this.#isChanged = false
    const { book } = this.#context
    const { jobId } = this.#info
    this.#write(() => book.diary.set(jobId, this.diary))
    this.#write(() => book.metrics.set(jobId, this.metrics()))
    return this.#writes
  }

  /** Writes nothing any more; resolves when nothing is being written. */
  close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    return this.#writes
  }

  #log(level: 'info' | 'warn' | 'error', message: string): void {
    const { logs } = this.#context
    const { jobId } = this.#info
    logs.member(level, `Job ${jobId}: ${message}`)
    logs.job(jobId, level, message)
  }

  #totals(): ReturnType<typeof totalsOf> {
    const { plan, tablePaths } = this.#info
    const counts = [...this.#runners.values()].reduce<ReturnType<PipelineRunner['counts']>>(
      (sum, runner) => addCounts(sum, runner.counts()),
      [],
    )
    return totalsOf(plan, tablePaths, counts)
  }

  /** What only tells others: a failure is no failure of the job. */
  #write(work: () => Promise<void>): void {
    this.#writes = this.#writes
      .then(() => (this.#isClosed ? undefined : work()))
      .catch((thrown: unknown) => {
        this.#log('warn', `Not all was noted: ${messageOf(thrown)}`)
      })
  }
}
