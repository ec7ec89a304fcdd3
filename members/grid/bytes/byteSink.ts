import { copyRange } from '../../wire/index.ts'

const encoder = new TextEncoder()
const ASCII_MAX = 0x7f
/** A longer text is encoded by the runtime, which is faster from about this length on. */
const SHORT_TEXT_LENGTH = 64
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const UTF8_BYTES_PER_UNIT = 3

/** Bytes that grow as they are written; integers are big-endian. It is made once and used again. */
export class ByteSink {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(roomBytes = 256) {
    this.#bytes = new Uint8Array(roomBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  /** What was written is `memory[start]` to `memory[end - 1]`, until the next write: a Piece. */
  get memory(): Uint8Array {
    return this.#bytes
  }

  readonly start = 0

  get end(): number {
    return this.#length
  }

  /** Forgets what was written, from `length` on. */
  reset(length = 0): void {
    this.#length = length
  }

  u8(value: number): void {
    const at = this.#advance(1)
    this.#bytes[at] = value
  }

  u16(value: number): void {
    const at = this.#advance(2)
    this.#view.setUint16(at, value)
  }

  u32(value: number): void {
    const at = this.#advance(4)
    this.#view.setUint32(at, value)
  }

  i32(value: number): void {
    const at = this.#advance(4)
    this.#view.setInt32(at, value)
  }

  i64(value: bigint): void {
    const at = this.#advance(8)
    this.#view.setBigInt64(at, value)
  }

  /** Also for whole numbers beyond 32 bits, such as times and versions. */
  f64(value: number): void {
    const at = this.#advance(8)
    this.#view.setFloat64(at, value)
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0)
  }

  /** UTF-8 after the count of its bytes (u32). */
  text(value: string): void {
    const countAt = this.#advance(4)
    const start = this.#length
    if (!this.#shortAscii(value)) {
      this.#length = start
      this.#reserve(value.length * UTF8_BYTES_PER_UNIT)
      this.#length += encoder.encodeInto(value, this.#bytes.subarray(start)).written
    }
    this.#view.setUint32(countAt, this.#length - start)
  }

  /** As they are, after their count (u32). */
  bytes(value: Uint8Array): void {
    this.u32(value.length)
    this.raw(value)
  }

  /** As they are, without a count. */
  raw(value: Uint8Array): void {
    this.range(value, 0, value.length)
  }

  /** `source[start]` to `source[end - 1]` as they are, without a count; makes no view of them. */
  range(source: Uint8Array, start: number, end: number): void {
    const at = this.#advance(end - start)
    copyRange(source, start, end, this.#bytes, at)
  }

  /** Overwrites a u32 that was written before, such as a count that was not known then. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value)
  }

  /** What was written from `start` on: a view, good until the next write. */
  view(start = 0): Uint8Array {
    return this.#bytes.subarray(start, this.#length)
  }

  /** What was written from `start` on, as bytes of its own. */
  copy(start = 0): Uint8Array {
    return this.#bytes.slice(start, this.#length)
  }

  /** Hands its memory over with what was written, of which this is a view, and goes on in `room`. */
  handOver(room: Uint8Array): Uint8Array {
    const written = this.view()
    this.#bytes = room
    this.#view = new DataView(room.buffer, room.byteOffset, room.length)
    this.#length = 0
    return written
  }

  #shortAscii(value: string): boolean {
    if (value.length > SHORT_TEXT_LENGTH) return false
    const at = this.#advance(value.length)
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index)
      if (unit > ASCII_MAX) return false
      this.#bytes[at + index] = unit
    }
    return true
  }

  #advance(count: number): number {
    this.#reserve(count)
    const at = this.#length
    this.#length += count
    return at
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
