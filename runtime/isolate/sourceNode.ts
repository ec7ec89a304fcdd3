import type { Clock, Timer } from '../host/index.ts'
import { batchBytes, type Batch } from '../rows/index.ts'
import type { Emitter } from './emitter.ts'
import type { Acknowledge, Control, Node, NodeState } from './items.ts'
import { RateLimit, type RateLimitOptions } from './rateLimit.ts'

/** What a source node drives; the connector's reader behind an adapter. */
export interface RowSource {
  /** The next rows; `idle` when there are none now; `end` when there will be none any more. */
  poll(): Batch | 'idle' | 'end' | Promise<Batch | 'idle' | 'end'>
  /** The position after the last batch that `poll` answered. */
  snapshot(): NodeState
}

export interface SourceNodeOptions {
  readonly vertexId: number
  readonly source: RowSource
  readonly emitter: Emitter
  readonly clock: Clock
  readonly rateLimit: RateLimitOptions
  /** False while what was read already must be worked off first. */
  readonly mayRead: () => boolean
  readonly acknowledge: Acknowledge
  /** The loop shall look again. */
  readonly wake: () => void
  readonly fail: (error: unknown) => void
}

/** How long an idle source is left alone, in milliseconds: it doubles from the first to the second. */
const idleDelayMs = { first: 1, last: 100 }

/** Pulls rows from a source and injects barriers between batches. */
export class SourceNode implements Node {
  readonly vertexId: number
  readonly #options: SourceNodeOptions
  readonly #rateLimit: RateLimit
  #polling = false
  #pauseTimer: Timer | null = null
  #idleMs = idleDelayMs.first
  #batch: Batch | null = null
  #outgoing: Control | null = null
  #ending = false
  #barrier = -1
  readonly #heldChanges: (() => void)[] = []
  #acknowledged = -1
  rowCount = 0
  byteCount = 0
  done = false

  constructor(options: SourceNodeOptions) {
    this.vertexId = options.vertexId
    this.#options = options
    this.#rateLimit = new RateLimit(options.rateLimit, options.clock)
  }

  /** There is nothing to read now. */
  get isWaiting(): boolean {
    return this.done || this.#polling || this.#pauseTimer !== null
  }

  call(): boolean {
    if (this.done || this.#polling || this.#pauseTimer !== null) return false
    if (this.#batch !== null && !this.#offerBatch(this.#batch)) return false
    if (this.#outgoing !== null) return this.#offerControl(this.#outgoing)
    if (this.#barrier !== -1) return this.#injectBarrier()
    if (this.#ending) {
      this.#outgoing = { kind: 'end' }
      return this.#offerControl(this.#outgoing)
    }
    if (!this.#options.mayRead()) return false
    const delayMs = this.#rateLimit.delayMs()
    if (delayMs > 0) return this.#pause(delayMs)
    return this.#poll()
  }

  trigger(checkpointId: number): void {
    if (this.#acknowledged >= checkpointId) return
    if (this.done) this.#acknowledge(checkpointId)
    else {
      this.#barrier = checkpointId
      this.#resume()
    }
  }

  /**
   * Changes what the source reads: now, or behind the barrier that waits to be injected. What came
   * after a checkpoint was triggered does not belong into its snapshot.
   */
  change(change: () => void): void {
    if (this.#barrier === -1) change()
    else this.#heldChanges.push(change)
    this.#resume()
  }

  /** Stops reading: ends after the rows that were read, keeping the position for a later run. */
  drain(): void {
    this.#ending = true
    this.#resume()
  }

  #resume(): void {
    this.#pauseTimer?.cancel()
    this.#pauseTimer = null
    this.#options.wake()
  }

  #poll(): boolean {
    const polled = this.#options.source.poll()
    if (!(polled instanceof Promise)) return this.#take(polled)
    this.#polling = true
    polled.then((answer) => {
      this.#polling = false
      this.#take(answer)
      this.#options.wake()
    }, this.#options.fail)
    return true
  }

  #take(answer: Batch | 'idle' | 'end'): boolean {
    if (answer === 'idle') {
      this.#pause(this.#idleMs)
      this.#idleMs = Math.min(this.#idleMs * 2, idleDelayMs.last)
      return false
    }
    this.#idleMs = idleDelayMs.first
    if (answer === 'end') this.#ending = true
    else if (answer.rowCount > 0) {
      const bytes = batchBytes(answer)
      this.rowCount += answer.rowCount
      this.byteCount += bytes
      this.#rateLimit.take(answer.rowCount, bytes)
      if (!this.#offerBatch(answer)) this.#batch = answer
    }
    return true
  }

  #offerBatch(batch: Batch): boolean {
    if (!this.#options.emitter.offer(batch)) return false
    this.#batch = null
    return true
  }

  #injectBarrier(): boolean {
    const checkpointId = this.#barrier
    this.#barrier = -1
    this.#acknowledge(checkpointId)
    this.#outgoing = { kind: 'barrier', checkpointId }
    this.#offerControl(this.#outgoing)
    return true
  }

  #offerControl(control: Control): boolean {
    if (!this.#options.emitter.offerControl(control)) return false
    this.#outgoing = null
    if (control.kind === 'end') {
      this.done = true
      const checkpointId = this.#barrier
      this.#barrier = -1
      if (checkpointId !== -1) this.#acknowledge(checkpointId)
    }
    return true
  }

  #pause(delayMs: number): boolean {
    this.#pauseTimer = this.#options.clock.timer(delayMs, () => this.#resume())
    return false
  }

  #acknowledge(checkpointId: number): void {
    this.#acknowledged = checkpointId
    this.#options.acknowledge(checkpointId, this.vertexId, this.#options.source.snapshot())
    for (const change of this.#heldChanges.splice(0)) change()
  }
}
