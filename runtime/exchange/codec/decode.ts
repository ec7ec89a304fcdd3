import { assert } from '../../errors/index.ts'
import { Utf8Vector, type Batch, type DataType, type Vector } from '../../rows/index.ts'
import { ByteReader } from './byteReader.ts'
import {
  COLUMN_INTS,
  HAS_NULLS,
  HAS_OFFSETS,
  HEAD_INTS,
  headBytes,
  IS_ASCII,
  KIND_CODES,
  KIND_MASK,
} from './layout.ts'
import { aligned } from './memory.ts'
import { unpackObjects } from './objects.ts'
import type { ReceivedTables } from './tables.ts'

/**
 * The batch that `writeBatch` wrote. Its columns are views of `buffer`, which must start with the
 * batch and belong to it alone: one copy out of a ring serves all columns, and texts stay bytes
 * until someone asks for strings.
 */
export const readBatch = (buffer: ArrayBuffer, tables: ReceivedTables): Batch => {
  const head = new Int32Array(buffer)
  const table = tables.get(head[0]!)
  const rowCount = head[1]!
  const columnCount = head[3]!
  assert(columnCount === table.columns.length, 'a batch has the columns of its table')
  const cursor = { at: headBytes(columnCount) }
  const kinds = head[2] === 1 ? readBytes(buffer, cursor, rowCount) : null
  const columns = new Array<Vector>(columnCount)
  for (let index = 0; index < columnCount; index += 1) {
    const at = HEAD_INTS + index * COLUMN_INTS
    const type = table.columns[index]!.type
    columns[index] = readColumn(buffer, cursor, {
      type,
      rowCount,
      descriptor: head[at]!,
      variableBytes: head[at + 1]!,
    })
  }
  assert(cursor.at <= buffer.byteLength, 'a batch ends with its buffer')
  return { table, rowCount, columns, kinds }
}

interface Cursor {
  at: number
}

interface ColumnHead {
  readonly type: DataType
  readonly rowCount: number
  readonly descriptor: number
  readonly variableBytes: number
}

const readColumn = (buffer: ArrayBuffer, cursor: Cursor, head: ColumnHead): Vector => {
  const { rowCount, descriptor } = head
  const nulls = descriptor & HAS_NULLS ? readBytes(buffer, cursor, rowCount) : null
  const kind = KIND_CODES[descriptor & KIND_MASK]!
  switch (kind) {
    case 'boolean':
      return { kind, values: readBytes(buffer, cursor, rowCount), nulls }
    case 'int32':
      return { kind, values: readInt32(buffer, cursor, rowCount), nulls }
    case 'float64':
      return { kind, values: readFloat64(buffer, cursor, rowCount), nulls }
    case 'int64': {
      const values = new BigInt64Array(buffer, cursor.at, rowCount)
      cursor.at += values.byteLength
      return { kind, values, nulls }
    }
    case 'timestamp': {
      const seconds = readFloat64(buffer, cursor, rowCount)
      const nanos = readInt32(buffer, cursor, rowCount)
      const offsets = descriptor & HAS_OFFSETS ? readInt32(buffer, cursor, rowCount) : null
      return { kind, seconds, nanos, offsets, nulls }
    }
    case 'utf8': {
      const offsets = readInt32(buffer, cursor, rowCount + 1)
      const bytes = readBytes(buffer, cursor, head.variableBytes)
      const starts = offsets.subarray(0, rowCount)
      const ends = offsets.subarray(1)
      return Utf8Vector.ofBytes(
        { bytes, starts, ends, ascii: (descriptor & IS_ASCII) !== 0 },
        nulls,
      )
    }
    case 'object': {
      const bytes = readBytes(buffer, cursor, head.variableBytes)
      return {
        kind,
        values: unpackObjects(head.type, rowCount, new ByteReader(bytes)),
        nulls: null,
      }
    }
    default:
      return kind satisfies never
  }
}

const readBytes = (buffer: ArrayBuffer, cursor: Cursor, length: number): Uint8Array => {
  const bytes = new Uint8Array(buffer, cursor.at, length)
  cursor.at += aligned(length)
  return bytes
}

const readInt32 = (buffer: ArrayBuffer, cursor: Cursor, length: number): Int32Array => {
  const numbers = new Int32Array(buffer, cursor.at, length)
  cursor.at += aligned(length * 4)
  return numbers
}

const readFloat64 = (buffer: ArrayBuffer, cursor: Cursor, length: number): Float64Array => {
  const numbers = new Float64Array(buffer, cursor.at, length)
  cursor.at += length * 8
  return numbers
}
