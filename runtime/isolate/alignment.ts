import { assert } from '../errors/index.ts'

const flowing = 0
const aligned = 1
const ended = 2

/**
 * Which inputs of a node have brought the barrier of the running checkpoint (Chandy and Lamport).
 * An ended input counts as aligned. With `blocking`, an aligned input waits for the others, which
 * makes state exactly-once; without, it goes on and rows may count twice after a restart.
 */
export class Alignment {
  readonly #inputs: Uint8Array
  readonly #blocking: boolean
  #checkpointId = -1

  constructor(inputCount: number, blocking: boolean) {
    this.#inputs = new Uint8Array(inputCount)
    this.#blocking = blocking
  }

  blocks(input: number): boolean {
    return this.#blocking && this.#inputs[input] === aligned
  }

  barrier(input: number, checkpointId: number): void {
    assert(this.#inputs[input] === flowing, 'a barrier comes on an input that flows')
    assert(
      this.#checkpointId === -1 || this.#checkpointId === checkpointId,
      'one checkpoint is aligned at a time',
    )
    this.#checkpointId = checkpointId
    this.#inputs[input] = aligned
  }

  end(input: number): void {
    assert(this.#inputs[input] !== ended, 'an input ends once')
    assert(!this.blocks(input), 'an input does not end behind a barrier in wait')
    this.#inputs[input] = ended
  }

  get allEnded(): boolean {
    return this.#inputs.every((state) => state === ended)
  }

  /** The checkpoint for which no input is waited for any more, or -1. */
  get completed(): number {
    if (this.#checkpointId === -1) return -1
    return this.#inputs.includes(flowing) ? -1 : this.#checkpointId
  }

  /** The snapshot was taken: aligned inputs flow again. */
  release(): void {
    this.#checkpointId = -1
    for (let input = 0; input < this.#inputs.length; input += 1) {
      if (this.#inputs[input] === aligned) this.#inputs[input] = flowing
    }
  }
}
