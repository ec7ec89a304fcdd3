import type { Outbox } from '../operators/index.ts'
import type { Batch } from '../rows/index.ts'
import type { Control, Target } from './items.ts'

export interface Receiver {
  readonly target: Target
  readonly input: number
}

/** Offers each item to all receivers, once each, even when some refuse at first. */
export class Emitter implements Outbox {
  readonly #receivers: readonly Receiver[]
  #taken = 0
  rowCount = 0

  constructor(receivers: readonly Receiver[]) {
    this.#receivers = receivers
  }

  offer(batch: Batch): boolean {
    while (this.#taken < this.#receivers.length) {
      const receiver = this.#receivers[this.#taken]!
      if (!receiver.target.acceptBatch(receiver.input, batch)) return false
      this.#taken += 1
    }
    this.#taken = 0
    this.rowCount += batch.rowCount
    return true
  }

  offerControl(control: Control): boolean {
    while (this.#taken < this.#receivers.length) {
      const receiver = this.#receivers[this.#taken]!
      if (!receiver.target.acceptControl(receiver.input, control)) return false
      this.#taken += 1
    }
    this.#taken = 0
    return true
  }
}
