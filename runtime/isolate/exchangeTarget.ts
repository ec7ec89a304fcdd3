import type { Batch } from '../rows/index.ts'
import type { Control, Target } from './items.ts'
import type { Receiver } from './emitter.ts'

/** Splits a batch: the part for each receiver, or null where it gets nothing. */
export type Partitioner = (batch: Batch) => readonly (Batch | null)[]

/** Gives each receiver its part of a batch, and every control item to all of them. */
export class ExchangeTarget implements Target {
  readonly #partition: Partitioner
  readonly #receivers: readonly Receiver[]
  #parts: readonly (Batch | null)[] | null = null
  #taken = 0

  constructor(partition: Partitioner, receivers: readonly Receiver[]) {
    this.#partition = partition
    this.#receivers = receivers
  }

  acceptBatch(_input: number, batch: Batch): boolean {
    const parts = (this.#parts ??= this.#partition(batch))
    while (this.#taken < this.#receivers.length) {
      const part = parts[this.#taken] ?? null
      const receiver = this.#receivers[this.#taken]!
      if (part !== null && !receiver.target.acceptBatch(receiver.input, part)) return false
      this.#taken += 1
    }
    this.#parts = null
    this.#taken = 0
    return true
  }

  acceptControl(_input: number, control: Control): boolean {
    while (this.#taken < this.#receivers.length) {
      const receiver = this.#receivers[this.#taken]!
      if (!receiver.target.acceptControl(receiver.input, control)) return false
      this.#taken += 1
    }
    this.#taken = 0
    return true
  }
}
