const encoder = new TextEncoder()

/** Bytes that grow as they are written; numbers are little-endian and not aligned. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(sizeBytes = 256) {
    this.#bytes = new Uint8Array(sizeBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  /** A copy of what was written since the start or the last `clear`. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** What was written, good until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  byte(value: number): void {
    // First the room: it may be in another array.
    const at = this.#reserve(1)
    this.#bytes[at] = value
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setInt32(at, value, true)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  /** A bigint from -2^63 to 2^63 - 1. */
  int64(value: bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigInt64(at, value, true)
  }

  /** The number of bytes and the bytes. */
  block(bytes: Uint8Array): void {
    this.int32(bytes.length)
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** The number of bytes and the UTF-8 of the text; an unpaired surrogate becomes U+FFFD. */
  text(text: string): void {
    const at = this.#reserve(4 + text.length * 3) + 4
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(at))
    this.#view.setInt32(at - 4, written, true)
    this.#length = at + written
  }

  #reserve(sizeBytes: number): number {
    const at = this.#length
    this.#length = at + sizeBytes
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    return at
  }
}
