import type { Value, Vector } from '../../../runtime/rows/index.ts'
import { ByteSink } from '../byteSink.ts'
import { Physical, type Leaf } from './layout.ts'
import { putValue, putVector } from './plain.ts'
import { ThriftWriter, writeVarint } from './thrift.ts'

/** Compresses one page. */
export type Compress = (bytes: Uint8Array) => Uint8Array

/** A page ends behind the batch that fills it. */
const PAGE_BYTES = 1024 * 1024

const DATA_PAGE = 0
const PLAIN = 0
const RLE = 3

/** One byte a value; grows. */
class Levels {
  bytes = new Uint8Array(4096)
  length = 0

  push(level: number): void {
    this.#ensure(1)
    this.bytes[this.length] = level
    this.length += 1
  }

  fill(level: number, count: number): void {
    this.#ensure(count)
    this.bytes.fill(level, this.length, this.length + count)
    this.length += count
  }

  #ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.length + more, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}

/** The values of one leaf in one row group, as pages. */
export class ColumnChunk {
  readonly leaf: Leaf
  pages: Uint8Array[] = []
  valueCount = 0
  compressedBytes = 0
  uncompressedBytes = 0
  readonly #compress: Compress | null
  readonly #values = new ByteSink(4096)
  readonly #definitions = new Levels()
  readonly #repetitions = new Levels()

  constructor(leaf: Leaf, compress: Compress | null) {
    this.leaf = leaf
    this.#compress = compress
  }

  /** Begins the next row group; the memory is used again. */
  reset(): void {
    this.pages = []
    this.valueCount = 0
    this.compressedBytes = 0
    this.uncompressedBytes = 0
  }

  /** What this chunk holds in memory. */
  get heldBytes(): number {
    return this.compressedBytes + this.#values.length + this.#definitions.length
  }

  /** A value, or null with the level at which it ends. */
  push(value: Value, definition: number, repetition: number): void {
    this.#definitions.push(definition)
    this.#repetitions.push(repetition)
    if (value !== null) putValue(this.#values, this.leaf, value)
  }

  /** A column that is not nested. */
  pushVector(vector: Vector, rowCount: number): void {
    const { leaf } = this
    if (vector.kind === 'object') {
      for (const value of vector.values) this.#definitions.push(value === null ? 0 : 1)
    } else if (vector.nulls === null) {
      this.#definitions.fill(1, rowCount)
    } else {
      for (let row = 0; row < rowCount; row += 1) this.#definitions.push(1 - vector.nulls[row]!)
    }
    putVector(this.#values, leaf, vector, rowCount)
  }

  /** Called between two rows. */
  endBatch(): void {
    if (this.#values.length + this.#definitions.length >= PAGE_BYTES) this.endPage()
  }

  endPage(): void {
    const count = this.#definitions.length
    if (count === 0) return
    // Room for all, so that nothing is copied: levels take a few bits each.
    const body = new ByteSink(this.#values.length + this.#definitions.length + 64)
    writeLevels(body, this.#repetitions, this.leaf.repetitionMax)
    writeLevels(body, this.#definitions, this.leaf.definitionMax)
    const values = this.#values.take()
    const plain = this.leaf.physical === Physical.boolean ? packBits(values) : values
    body.slice(plain, 0, plain.length)
    const raw = body.take()
    const data = this.#compress === null ? raw : this.#compress(raw)
    const header = pageHeader(raw.length, data.length, count)
    this.pages.push(header, data)
    this.valueCount += count
    this.compressedBytes += header.length + data.length
    this.uncompressedBytes += header.length + raw.length
    this.#definitions.length = 0
    this.#repetitions.length = 0
  }
}

const pageHeader = (rawBytes: number, dataBytes: number, valueCount: number): Uint8Array => {
  const thrift = new ThriftWriter()
  thrift.fields(() => {
    thrift.i32(1, DATA_PAGE)
    thrift.i32(2, rawBytes)
    thrift.i32(3, dataBytes)
    thrift.struct(5, () => {
      thrift.i32(1, valueCount)
      thrift.i32(2, PLAIN)
      thrift.i32(3, RLE)
      thrift.i32(4, RLE)
    })
  })
  return thrift.sink.take()
}

/** Levels in parquet's hybrid encoding: one run when all are equal, else packed bits. */
const writeLevels = (body: ByteSink, levels: Levels, maximum: number): void => {
  if (maximum === 0) return
  const { bytes, length } = levels
  const width = 32 - Math.clz32(maximum)
  const encoded = new ByteSink((length * width) / 8 + 16)
  const first = bytes[0]!
  let isOneRun = true
  for (let at = 1; at < length && isOneRun; at += 1) isOneRun = bytes[at] === first
  if (isOneRun) {
    writeVarint(encoded, length * 2)
    encoded.byte(first)
  } else {
    const groups = Math.ceil(length / 8)
    writeVarint(encoded, groups * 2 + 1)
    packLevels(encoded, bytes, length, width)
  }
  const { length: size } = encoded
  for (const shift of [0, 8, 16, 24]) body.byte((size >>> shift) & 0xff)
  body.slice(encoded.take(), 0, size)
}

const packLevels = (sink: ByteSink, levels: Uint8Array, count: number, width: number): void => {
  let pending = 0
  let bits = 0
  for (let at = 0; at < Math.ceil(count / 8) * 8; at += 1) {
    pending |= (at < count ? levels[at]! : 0) << bits
    bits += width
    while (bits >= 8) {
      sink.byte(pending & 0xff)
      pending >>>= 8
      bits -= 8
    }
  }
}

const packBits = (values: Uint8Array): Uint8Array => {
  const packed = new Uint8Array(Math.ceil(values.length / 8))
  for (let at = 0; at < values.length; at += 1) {
    packed[at >> 3] = packed[at >> 3]! | (values[at]! << (at & 7))
  }
  return packed
}
