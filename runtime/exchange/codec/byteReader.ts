const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads what a ByteWriter wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    this.#at += 1
    return this.#view.getUint8(this.#at - 1)
  }

  int32(): number {
    this.#at += 4
    return this.#view.getInt32(this.#at - 4, true)
  }

  float64(): number {
    this.#at += 8
    return this.#view.getFloat64(this.#at - 8, true)
  }

  int64(): bigint {
    this.#at += 8
    return this.#view.getBigInt64(this.#at - 8, true)
  }

  /** A copy, which may be kept. */
  block(): Uint8Array {
    return this.bytes(this.int32())
  }

  /** A copy of so many bytes, which may be kept. */
  bytes(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  text(): string {
    const length = this.int32()
    this.#at += length
    return decoder.decode(this.#bytes.subarray(this.#at - length, this.#at))
  }
}
