import { type Piece, WireFault } from '../../wire/index.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ASCII_MAX = 0x7f
/** A longer text is decoded by the runtime, which is faster from about this length on. */
const SHORT_TEXT_LENGTH = 32
const WIDEST_BYTES = 8

/** Numbers are put together here: a DataView of every message would be made for one or two. */
const scratch = new DataView(new ArrayBuffer(WIDEST_BYTES))

/** Reads what a ByteSink wrote; throws WireFault where the bytes end too early. */
export class ByteSource {
  #bytes!: Uint8Array
  #at = 0
  #end = 0

  constructor(bytes: Uint8Array) {
    this.reset(bytes)
  }

  /** Starts over with other bytes, or a part of them; makes nothing. */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end
  }

  /** Where it is in the bytes that it was given. */
  get position(): number {
    return this.#at
  }

  u8(): number {
    return this.#bytes[this.#advance(1)]!
  }

  u16(): number {
    const at = this.#advance(2)
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!
  }

  u32(): number {
    return this.i32() >>> 0
  }

  i32(): number {
    const at = this.#advance(4)
    const bytes = this.#bytes
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }

  i64(): bigint {
    scratch.setInt32(0, this.i32())
    scratch.setInt32(4, this.i32())
    return scratch.getBigInt64(0)
  }

  f32(): number {
    scratch.setInt32(0, this.i32())
    return scratch.getFloat32(0)
  }

  f64(): number {
    scratch.setInt32(0, this.i32())
    scratch.setInt32(4, this.i32())
    return scratch.getFloat64(0)
  }

  flag(): boolean {
    return this.u8() !== 0
  }

  text(): string {
    const length = this.u32()
    const at = this.#advance(length)
    if (length <= SHORT_TEXT_LENGTH) {
      let text = ''
      let index = at
      for (; index < at + length; index += 1) {
        const byte = this.#bytes[index]!
        if (byte > ASCII_MAX) break
        text += String.fromCharCode(byte)
      }
      if (index === at + length) return text
    }
    try {
      return decoder.decode(this.#bytes.subarray(at, at + length))
    } catch {
      throw new WireFault('A text is not UTF-8')
    }
  }

  /** Bytes after their count: a view of what is read from. */
  bytes(): Uint8Array {
    return this.raw(this.u32())
  }

  /** As `bytes`, without a view; good as long as what is read from. */
  piece(): Piece {
    const length = this.u32()
    const start = this.#advance(length)
    return { memory: this.#bytes, start, end: start + length }
  }

  raw(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  rest(): Uint8Array {
    return this.raw(this.#end - this.#at)
  }

  /** Goes on behind `expected` where that is what comes next. */
  skips(expected: Uint8Array): boolean {
    const at = this.#at
    const after = at + expected.length
    if (after > this.#end) return false
    for (let index = 0; index < expected.length; index += 1) {
      if (this.#bytes[at + index] !== expected[index]) return false
    }
    this.#at = after
    return true
  }

  /** Reads on from a position that it was at before. */
  seek(position: number): void {
    this.#at = position
  }

  #advance(count: number): number {
    const at = this.#at
    if (at + count > this.#end) throw new WireFault('The bytes end too early')
    this.#at = at + count
    return at
  }
}
