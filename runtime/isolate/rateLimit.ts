import type { Clock } from '../host/index.ts'

/** Limits of one parallel reader; Infinity where there is none. */
export interface RateLimitOptions {
  readonly rowsPerSecond: number
  readonly bytesPerSecond: number
}

/** Spreads rows over time: each batch moves the moment from which the next may be read. */
export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #clock: Clock
  #freeAtMs = 0

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  /** How long to wait before the next read, in milliseconds; 0 when it may happen now. */
  delayMs(): number {
    return this.#freeAtMs === 0 ? 0 : Math.max(0, this.#freeAtMs - this.#clock.monotonic())
  }

  take(rowCount: number, byteCount: number): void {
    const { rowsPerSecond, bytesPerSecond } = this.#options
    const seconds = Math.max(rowCount / rowsPerSecond, byteCount / bytesPerSecond)
    if (seconds > 0) {
      this.#freeAtMs = Math.max(this.#freeAtMs, this.#clock.monotonic()) + seconds * 1000
    }
  }
}
