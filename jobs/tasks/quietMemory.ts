import type { Host, Timer } from '../../runtime/host/index.ts'

/** After so long without a row a group counts as quiet, in milliseconds. */
const QUIET_MS = 5_000

/**
 * Gives the memory of an isolate back once its group is quiet: compiled code and garbage make up a
 * fifth of an isolate that waits. Done once a pause, for what runs again is compiled again.
 */
export class QuietMemory {
  readonly #host: Host
  readonly #rowCount: () => number
  #timer: Timer | null = null
  #seenCount = 0
  /** How many rows there were when memory was given back. */
  #shrunkCount = -1

  /** `rowCount` tells how many rows the group has moved so far. */
  constructor(host: Host, rowCount: () => number) {
    this.#host = host
    this.#rowCount = rowCount
  }

  /** The group has nothing to do for now. */
  idle(): void {
    if (this.#timer !== null) return
    this.#seenCount = this.#rowCount()
    if (this.#seenCount === this.#shrunkCount) return
    this.#timer = this.#host.clock.timer(QUIET_MS, () => this.#look())
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #look(): void {
    this.#timer = null
    const isQuiet = this.#rowCount() === this.#seenCount
    if (isQuiet) {
      this.#shrunkCount = this.#seenCount
      this.#host.memory.shrink()
    } else this.idle()
  }
}
