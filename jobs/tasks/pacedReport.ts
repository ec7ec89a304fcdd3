import type { Clock, Timer } from '../../runtime/host/index.ts'

/** How often progress is reported, in milliseconds: a group may pause for rows thousands of times a second. */
const EVERY_MS = 200

/** A report that is made soon after it is asked for, but not too often. */
export class PacedReport {
  readonly #clock: Clock
  readonly #report: () => void
  #madeAtMs = Number.NEGATIVE_INFINITY
  #timer: Timer | null = null

  constructor(clock: Clock, report: () => void) {
    this.#clock = clock
    this.#report = report
  }

  /** At once where the last one was long ago. */
  soon(): void {
    if (this.#timer !== null) return
    const dueMs = this.#madeAtMs + EVERY_MS - this.#clock.monotonic()
    if (dueMs <= 0) this.now()
    else this.#timer = this.#clock.timer(dueMs, () => this.now())
  }

  now(): void {
    this.close()
    this.#madeAtMs = this.#clock.monotonic()
    this.#report()
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
