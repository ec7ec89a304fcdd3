import type { CheckpointStorage } from '../coordinator/index.ts'
import type { JobInfo } from './answers.ts'
import type { JobBook } from './book/jobBook.ts'
import type { FinishedRecord } from './book/records.ts'
import { finishedInfo } from './describe.ts'

/** Ended jobs that are remembered, some ten kilobytes each on the master. */
const JOBS_MAX = 10_000

export interface HistoryOptions {
  readonly book: JobBook
  readonly storage: CheckpointStorage
  readonly expiryMs: number
  readonly onForgotten: (jobId: string) => void
}

/** The ended jobs, as their master knows them. */
export class History {
  readonly #options: HistoryOptions
  /** The oldest end first. */
  readonly #records = new Map<string, FinishedRecord>()

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  async load(): Promise<void> {
    const found = await this.#options.book.finished.entries()
    found.sort(([, left], [, right]) => left.endedAtMs - right.endedAtMs)
    for (const [jobId, record] of found) this.#records.set(jobId, record)
  }

  add(record: FinishedRecord): void {
    this.#records.delete(record.jobId)
    this.#records.set(record.jobId, record)
  }

  get(jobId: string): FinishedRecord | undefined {
    return this.#records.get(jobId)
  }

  /** The newest end first. */
  all(): FinishedRecord[] {
    return [...this.#records.values()].sort((left, right) => right.endedAtMs - left.endedAtMs)
  }

  async describe(record: FinishedRecord): Promise<JobInfo> {
    const { book } = this.#options
    const { jobId } = record
    const [dag, metrics] = await Promise.all([
      book.finishedVertices.get(jobId),
      book.finishedMetrics.get(jobId),
    ])
    return finishedInfo(record, dag, metrics)
  }

  /**
   * Removes what has expired or is too much, the oldest end first, with its checkpoints; those of a
   * savepoint stay, because a user asked for them. `isRunning` tells the jobs that go on under the id of an ended one.
   */
  async expire(nowMs: number, isRunning: (jobId: string) => boolean): Promise<void> {
    const { book, storage, expiryMs, onForgotten } = this.#options
    for (const { jobId, status, endedAtMs } of this.#records.values()) {
      if (endedAtMs + expiryMs > nowMs && this.#records.size <= JOBS_MAX) continue
      if (!isRunning(jobId)) {
        if (status !== 'SAVEPOINT_DONE') await storage.forget(jobId)
        await book.diary.remove(jobId)
        onForgotten(jobId)
      }
      await book.finishedVertices.remove(jobId)
      await book.finishedMetrics.remove(jobId)
      await book.finished.remove(jobId)
      this.#records.delete(jobId)
    }
  }
}
