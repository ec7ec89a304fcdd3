const ZERO = 48
const MINUS = 45
const encoder = new TextEncoder()

/** Bytes that grow: what text formats write to. */
export class ByteSink {
  bytes: Uint8Array
  length = 0

  constructor(sizeBytes = 64 * 1024) {
    this.bytes = new Uint8Array(sizeBytes)
  }

  /** Makes room for `more` bytes: the caller writes to `bytes` from `length` on. */
  ensure(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.ensure(1)
    this.bytes[this.length] = value
    this.length += 1
  }

  /** Short texts of ASCII, such as numbers. */
  ascii(text: string): void {
    this.ensure(text.length)
    const { bytes } = this
    let at = this.length
    for (let index = 0; index < text.length; index += 1) bytes[at++] = text.charCodeAt(index)
    this.length = at
  }

  text(text: string): void {
    this.ensure(text.length * 3)
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written
  }

  /** Copies `from[start..end)`. */
  slice(from: Uint8Array, start: number, end: number): void {
    const count = end - start
    this.ensure(count)
    const { bytes } = this
    let at = this.length
    this.length = at + count
    if (count > 48) {
      bytes.set(from.subarray(start, end), at)
      return
    }
    for (let index = start; index < end; index += 1) bytes[at++] = from[index]!
  }

  /** A whole number that a double holds exactly. */
  integer(value: number): void {
    this.ensure(20)
    let rest = value
    if (rest < 0) {
      this.bytes[this.length] = MINUS
      this.length += 1
      rest = -rest
    }
    this.length = writeDigits(this.bytes, this.length, rest, digitCount(rest))
  }

  /** A whole number below 100, with two digits. */
  pair(value: number): void {
    this.ensure(2)
    const tens = (value / 10) | 0
    this.bytes[this.length] = ZERO + tens
    this.bytes[this.length + 1] = ZERO + (value - tens * 10)
    this.length += 2
  }

  /** `value` with exactly `digits` digits, zeros in front. */
  padded(value: number, digits: number): void {
    this.ensure(digits)
    this.length = writeDigits(this.bytes, this.length, value, digits)
  }

  /** What was written so far; writing starts again at the front. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length)
    this.length = 0
    return taken
  }
}

const digitCount = (value: number): number => {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count += 1
  return count
}

const writeDigits = (bytes: Uint8Array, at: number, value: number, digits: number): number => {
  let rest = value
  let position = at + digits
  while (rest > 0x7fffffff && position > at) {
    const quotient = Math.floor(rest / 10)
    position -= 1
    bytes[position] = ZERO + (rest - quotient * 10)
    rest = quotient
  }
  let small = rest | 0
  while (position > at) {
    const quotient = (small / 10) | 0
    position -= 1
    bytes[position] = ZERO + (small - quotient * 10)
    small = quotient
  }
  return at + digits
}
