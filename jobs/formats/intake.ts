import { EngineError } from '../../runtime/errors/index.ts'

/** The longest row that a reader accepts: a file without row ends must not fill the memory. */
export const ROW_BYTES_MAX = 64 * 1024 * 1024

/**
 * The bytes of a reader that are not rows yet. A row that spans chunks is looked at again only
 * when the bytes have doubled, so that a long row costs no more than many short ones.
 */
export class Intake {
  bytes: Uint8Array = new Uint8Array(0)
  /** Where the next row starts in `bytes`. */
  start = 0
  ended = false
  /** How far `bytes[0]` is from the beginning of the input. */
  baseOffset: number
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #wantedBytes = 0

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset
  }

  get offset(): number {
    return this.baseOffset + this.start
  }

  /** True when no byte follows those in `bytes`. */
  get isLast(): boolean {
    return this.ended && this.#waitingBytes === 0
  }

  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
  }

  /** No complete row is left in `bytes`. */
  exhausted(): void {
    const left = this.bytes.length - this.start
    if (left > ROW_BYTES_MAX) {
      throw new EngineError(
        'FIL-002',
        `A row is longer than ${ROW_BYTES_MAX / 1024 / 1024} MiB. Check the row delimiter, the quotes and the format.`,
      )
    }
    this.#wantedBytes = left
  }

  /** Joins what was left with what was pushed; false when that is not enough to go on. */
  refill(): boolean {
    if (this.#waitingBytes === 0) return false
    const left = this.bytes.subarray(this.start)
    const isTooMuch = left.length + this.#waitingBytes > ROW_BYTES_MAX
    if (!this.ended && !isTooMuch && this.#waitingBytes < this.#wantedBytes) return false
    this.baseOffset += this.start
    this.start = 0
    this.bytes =
      left.length === 0 && this.#waiting.length === 1
        ? this.#waiting[0]!
        : joined([left, ...this.#waiting], left.length + this.#waitingBytes)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#wantedBytes = 0
    return true
  }
}

const joined = (parts: readonly Uint8Array[], length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
