import type { Decimal, Vector } from '../../../../runtime/rows/index.ts'
import { isNullAt, valueAt } from '../../../../runtime/rows/index.ts'
import type { RowSelection, WriteColumn } from './dialect.ts'
import { numericBytesMax, writeNumeric } from './numeric.ts'
import { postgresText } from './postgresTexts.ts'

const EPOCH_DAYS = 10_957
const EPOCH_SECONDS = EPOCH_DAYS * 86_400

/** The types of PostgreSQL that take a type's binary form as it is, or widened. */
const BINARY_TARGETS: { readonly [kind: string]: readonly string[] } = {
  boolean: ['bool'],
  tinyint: ['int2', 'int4', 'int8'],
  smallint: ['int2', 'int4', 'int8'],
  int: ['int4', 'int8'],
  bigint: ['int8'],
  float: ['float4', 'float8'],
  double: ['float8'],
  decimal: ['numeric'],
  string: ['text', 'varchar', 'bpchar', 'json'],
  bytes: ['bytea'],
  date: ['date'],
  time: ['time'],
  timestamp: ['timestamp'],
  timestamp_tz: ['timestamptz'],
}

/** Whether rows of these columns can be sent by COPY in binary, which the server reads faster. */
export const canCopyBinary = (columns: readonly WriteColumn[]): boolean =>
  columns.every(({ type, databaseType }) =>
    (BINARY_TARGETS[type.kind] ?? []).includes(databaseType),
  )

/** Bytes that grow; taken out and begun anew for each message. */
export class ByteBuilder {
  #bytes = new Uint8Array(1 << 17)
  #view = new DataView(this.#bytes.buffer)
  length = 0

  get view(): DataView {
    return this.#view
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  /** The bytes so far; they stay as they are until the next write. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.length)
    this.length = 0
    return taken
  }
}

/** The most that a field of fixed size takes, with its length. */
const FIELD_BYTES = 24
/** PostgreSQL's tables have at most 1,600 columns. */
const ROW_BYTES_MAX = 1600 * FIELD_BYTES

type FieldWriter = (out: ByteBuilder, row: number) => void

/** Appends the signature, flags and extension length that begin a binary COPY. */
export const writeBinaryHeader = (out: ByteBuilder): void => {
  out.reserve(19)
  const header = [80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  out.bytes.set(header, out.length)
  out.length += header.length
}

export const writeBinaryTrailer = (out: ByteBuilder): void => {
  out.reserve(2)
  out.view.setInt16(out.length, -1)
  out.length += 2
}

export const writeBinaryRows = (
  out: ByteBuilder,
  columns: readonly WriteColumn[],
  { batch, rows, count }: RowSelection,
): void => {
  const writers = columns.map((column, index) => fieldWriter(column, batch.columns[index]!))
  // What is longer than this makes room for itself and for the fields behind it.
  const rowBytes = 2 + columns.length * FIELD_BYTES
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!
    out.reserve(rowBytes)
    out.view.setInt16(out.length, columns.length)
    out.length += 2
    for (const write of writers) write(out, row)
  }
}

const fieldWriter = ({ databaseType }: WriteColumn, vector: Vector): FieldWriter => {
  const write = valueWriter(databaseType, vector)
  if (vector.kind !== 'object' && vector.nulls === null) return write
  return (out, row) => {
    if (isNullAt(vector, row)) {
      out.view.setInt32(out.length, -1)
      out.length += 4
    } else write(out, row)
  }
}

const valueWriter = (databaseType: string, vector: Vector): FieldWriter => {
  switch (vector.kind) {
    case 'boolean':
      return (out, row) => {
        out.view.setInt32(out.length, 1)
        out.view.setUint8(out.length + 4, vector.values[row]!)
        out.length += 5
      }
    case 'int32':
      return int32Writer(databaseType, vector.values)
    case 'int64': {
      const halves = new Int32Array(vector.values.buffer, vector.values.byteOffset)
      return (out, row) => {
        out.view.setInt32(out.length, 8)
        out.view.setInt32(out.length + 4, halves[row * 2 + 1]!)
        out.view.setInt32(out.length + 8, halves[row * 2]!)
        out.length += 12
      }
    }
    case 'float64':
      return float64Writer(databaseType, vector.values)
    case 'timestamp':
      return (out, row) =>
        writeMicros(
          out,
          vector.seconds[row]! - EPOCH_SECONDS,
          Math.floor(vector.nanos[row]! / 1000),
        )
    case 'utf8': {
      const { bytes, starts, ends } = vector.utf8()
      return (out, row) => writeBytes(out, bytes, starts[row]!, ends[row]!)
    }
    default:
      return (out, row) => {
        const value = vector.values[row]
        if (value instanceof Uint8Array) writeBytes(out, value, 0, value.length)
        else writeDecimal(out, value as Decimal)
      }
  }
}

const int32Writer = (databaseType: string, values: Int32Array): FieldWriter => {
  if (databaseType === 'int2') {
    return (out, row) => {
      out.view.setInt32(out.length, 2)
      out.view.setInt16(out.length + 4, values[row]!)
      out.length += 6
    }
  }
  if (databaseType === 'int8') {
    return (out, row) => {
      out.view.setInt32(out.length, 8)
      out.view.setInt32(out.length + 4, values[row]! < 0 ? -1 : 0)
      out.view.setInt32(out.length + 8, values[row]!)
      out.length += 12
    }
  }
  const epoch = databaseType === 'date' ? EPOCH_DAYS : 0
  return (out, row) => {
    out.view.setInt32(out.length, 4)
    out.view.setInt32(out.length + 4, values[row]! - epoch)
    out.length += 8
  }
}

const float64Writer = (databaseType: string, values: Float64Array): FieldWriter => {
  if (databaseType === 'float4') {
    return (out, row) => {
      out.view.setInt32(out.length, 4)
      out.view.setFloat32(out.length + 4, values[row]!)
      out.length += 8
    }
  }
  if (databaseType === 'time') {
    return (out, row) => writeMicros(out, 0, Math.floor(values[row]! / 1000))
  }
  return (out, row) => {
    out.view.setInt32(out.length, 8)
    out.view.setFloat64(out.length + 4, values[row]!)
    out.length += 12
  }
}

/** `seconds` and `micros` as a 64-bit number of microseconds, which a double cannot always hold. */
const writeMicros = (out: ByteBuilder, seconds: number, micros: number): void => {
  out.view.setInt32(out.length, 8)
  const total = seconds * 1_000_000 + micros
  if (Number.isSafeInteger(total)) {
    out.view.setInt32(out.length + 4, Math.floor(total / 4_294_967_296))
    out.view.setUint32(out.length + 8, total >>> 0)
  } else {
    out.view.setBigInt64(out.length + 4, BigInt(seconds) * 1_000_000n + BigInt(micros))
  }
  out.length += 12
}

const writeBytes = (out: ByteBuilder, bytes: Uint8Array, start: number, end: number): void => {
  const size = end - start
  if (size + 4 > FIELD_BYTES) out.reserve(size + ROW_BYTES_MAX)
  out.view.setInt32(out.length, size)
  const target = out.bytes
  let at = out.length + 4
  if (size > 64) target.set(bytes.subarray(start, end), at)
  else for (let from = start; from < end; from += 1) target[at++] = bytes[from]!
  out.length += 4 + size
}

const writeDecimal = (out: ByteBuilder, decimal: Decimal): void => {
  const bytesMax = numericBytesMax(decimal)
  if (4 + bytesMax > FIELD_BYTES) out.reserve(bytesMax + ROW_BYTES_MAX)
  const size = writeNumeric(out.view, out.length + 4, decimal)
  out.view.setInt32(out.length, size)
  out.length += 4 + size
}

/** Rows for a COPY in text format: what the server converts itself, for columns of any type. */
export const textRows = (
  columns: readonly WriteColumn[],
  { batch, rows, count }: RowSelection,
): Uint8Array => {
  const lines: string[] = []
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!
    const fields = columns.map(({ type }, column) => {
      const value = valueAt(batch.columns[column]!, row)
      return value === null ? String.raw`\N` : escapeField(postgresText(type, value))
    })
    lines.push(fields.join('\t'), '\n')
  }
  return Buffer.from(lines.join(''), 'utf8')
}

const ESCAPES: { readonly [character: string]: string } = {
  '\\': String.raw`\\`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
}

const escapeField = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (match) => ESCAPES[match]!) : text
