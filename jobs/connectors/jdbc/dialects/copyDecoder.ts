import {
  BATCH_ROWS,
  Utf8Vector,
  batchOf,
  type Batch,
  type TableSchema,
  type Value,
  type Vector,
} from '../../../../runtime/rows/index.ts'
import {
  decodeValue,
  EPOCH_DAYS,
  EPOCH_SECONDS,
  HIGH_MICROS,
  HIGH_SECONDS,
  MICROS_OF_SECOND,
  notInTypes,
} from './copyValues.ts'

/** `PGCOPY\n\xff\r\n\0`, flags, and the length of an extension that is never there. */
const HEADER_BYTES = 19
/** Rows of binary COPY, found in a buffer: where each field starts, and -1 as end for a null. */
interface Fields {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly nulls: Uint8Array | null
  readonly rowCount: number
}

/**
 * Turns the chunks of a binary COPY into batches. Texts stay slices of the chunks, so nothing is
 * decoded that no one asks for.
 */
export class CopyDecoder {
  readonly #table: TableSchema
  readonly #forms: readonly string[]
  #buffer = new Uint8Array(0)
  #at = 0
  #headerSeen = false
  #ended = false

  constructor(table: TableSchema, forms: readonly string[]) {
    this.#table = table
    this.#forms = forms
  }

  get bufferedBytes(): number {
    return this.#buffer.length - this.#at
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Takes the next bytes. Earlier batches keep the buffer that they point into. */
  push(chunks: readonly Uint8Array[]): void {
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, this.bufferedBytes)
    const joined = new Uint8Array(total)
    joined.set(this.#buffer.subarray(this.#at))
    let at = this.bufferedBytes
    for (const chunk of chunks) {
      joined.set(chunk, at)
      at += chunk.length
    }
    this.#buffer = joined
    this.#at = 0
  }

  /** A batch of the whole rows in the buffer, at most BATCH_ROWS; null when there is none. */
  take(): Batch | null {
    if (!this.#headerSeen) {
      if (this.bufferedBytes < HEADER_BYTES) return null
      this.#at = HEADER_BYTES
      this.#headerSeen = true
    }
    const columnCount = this.#forms.length
    const bytes = this.#buffer
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const starts = new Int32Array(columnCount * BATCH_ROWS)
    const ends = new Int32Array(columnCount * BATCH_ROWS)
    const rowCount = this.#findRows(view, starts, ends)
    if (rowCount === 0) return null
    const columns = this.#forms.map((form, index) => {
      const from = index * BATCH_ROWS
      const columnEnds = ends.slice(from, from + rowCount)
      const nulls = nullsOf(columnEnds)
      const columnStarts = starts.slice(from, from + rowCount)
      const fields = { bytes, view, starts: columnStarts, ends: columnEnds, nulls, rowCount }
      return decodeColumn(form, fields)
    })
    return batchOf(this.#table, columns, rowCount)
  }

  #findRows(view: DataView, starts: Int32Array, ends: Int32Array): number {
    const columnCount = this.#forms.length
    const limit = this.#buffer.length
    let rowCount = 0
    let at = this.#at
    rows: while (rowCount < BATCH_ROWS && at + 2 <= limit) {
      if (view.getInt16(at) === -1) {
        this.#ended = true
        break
      }
      let next = at + 2
      for (let column = 0; column < columnCount; column += 1) {
        if (next + 4 > limit) break rows
        const length = view.getInt32(next)
        next += 4
        const slot = column * BATCH_ROWS + rowCount
        starts[slot] = next
        ends[slot] = length === -1 ? -1 : next + length
        if (length > 0) next += length
        if (next > limit) break rows
      }
      at = next
      rowCount += 1
    }
    this.#at = at
    return rowCount
  }
}

/** Marks nulls, and makes their end a place that may be read. */
const nullsOf = (ends: Int32Array): Uint8Array | null => {
  let nulls: Uint8Array | null = null
  for (let row = 0; row < ends.length; row += 1) {
    if (ends[row] !== -1) continue
    nulls ??= new Uint8Array(ends.length)
    nulls[row] = 1
  }
  return nulls
}

const decodeColumn = (form: string, fields: Fields): Vector => {
  switch (form) {
    case 'bool': {
      const values = new Uint8Array(fields.rowCount)
      eachValue(fields, (row, at) => (values[row] = fields.bytes[at]!))
      return { kind: 'boolean', values, nulls: fields.nulls }
    }
    case 'int2':
    case 'int4':
    case 'date':
      return int32Column(form, fields)
    case 'int8':
      return int64Column(fields)
    case 'float4':
    case 'float8':
    case 'time':
      return float64Column(form, fields)
    case 'timestamp':
    case 'timestamptz':
      return timestampColumn(form, fields)
    case 'text':
      return textColumn(fields)
    default:
      return objectColumn(form, fields)
  }
}

const eachValue = (fields: Fields, take: (row: number, at: number) => void): void => {
  const { starts, nulls, rowCount } = fields
  for (let row = 0; row < rowCount; row += 1) {
    if (nulls === null || nulls[row] === 0) take(row, starts[row]!)
  }
}

const int32Column = (form: string, fields: Fields): Vector => {
  const { view, starts, nulls, rowCount } = fields
  const values = new Int32Array(rowCount)
  if (form === 'int2') eachValue(fields, (row, at) => (values[row] = view.getInt16(at)))
  else {
    const epoch = form === 'date' ? EPOCH_DAYS : 0
    for (let row = 0; row < rowCount; row += 1) {
      if (nulls?.[row] !== 1) values[row] = view.getInt32(starts[row]!) + epoch
    }
  }
  return { kind: 'int32', values, nulls }
}

/** Copies halves: reading a bigint allocates one. */
const int64Column = ({ view, starts, nulls, rowCount }: Fields): Vector => {
  const values = new BigInt64Array(rowCount)
  const halves = new Int32Array(values.buffer)
  for (let row = 0; row < rowCount; row += 1) {
    if (nulls?.[row] === 1) continue
    const at = starts[row]!
    halves[row * 2] = view.getInt32(at + 4)
    halves[row * 2 + 1] = view.getInt32(at)
  }
  return { kind: 'int64', values, nulls }
}

const float64Column = (form: string, fields: Fields): Vector => {
  const { view } = fields
  const values = new Float64Array(fields.rowCount)
  if (form === 'float4') eachValue(fields, (row, at) => (values[row] = view.getFloat32(at)))
  else if (form === 'float8') eachValue(fields, (row, at) => (values[row] = view.getFloat64(at)))
  else eachValue(fields, (row, at) => (values[row] = readMicros(view, at) * 1000))
  return { kind: 'float64', values, nulls: fields.nulls }
}

/** Microseconds below 2^53, such as those of a day. */
const readMicros = (view: DataView, at: number): number =>
  view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4)

const timestampColumn = (form: string, { view, starts, nulls, rowCount }: Fields): Vector => {
  const seconds = new Float64Array(rowCount)
  const nanos = new Int32Array(rowCount)
  const offsets = form === 'timestamptz' ? new Int32Array(rowCount) : null
  for (let row = 0; row < rowCount; row += 1) {
    if (nulls?.[row] === 1) continue
    const at = starts[row]!
    const high = view.getInt32(at)
    if (high === 0x7fffffff || high === -0x80000000) throw notInTypes('infinity')
    const micros = high * HIGH_MICROS + view.getUint32(at + 4)
    const carry = Math.floor(micros / MICROS_OF_SECOND)
    seconds[row] = high * HIGH_SECONDS + carry + EPOCH_SECONDS
    nanos[row] = (micros - carry * MICROS_OF_SECOND) * 1000
  }
  return { kind: 'timestamp', seconds, nanos, offsets, nulls }
}

const textColumn = ({ bytes, starts, ends, nulls, rowCount }: Fields): Vector => {
  let high = 0
  for (let row = 0; row < rowCount; row += 1) {
    if (nulls?.[row] === 1) {
      ends[row] = starts[row]!
      continue
    }
    const end = ends[row]!
    for (let at = starts[row]!; at < end; at += 1) high |= bytes[at]!
  }
  return Utf8Vector.ofBytes({ bytes, starts, ends, ascii: high < 128 }, nulls)
}

const objectColumn = (form: string, fields: Fields): Vector => {
  const values = new Array<Value>(fields.rowCount).fill(null)
  eachValue(fields, (row, at) => {
    values[row] = decodeValue(form, fields.view, at, fields.ends[row]!)
  })
  return { kind: 'object', values, nulls: null }
}
