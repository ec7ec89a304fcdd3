import { assert } from '../../errors/index.ts'
import type { Batch, DataType, ObjectVector, Utf8Vector, Vector } from '../../rows/index.ts'
import { ByteWriter } from './byteWriter.ts'
import {
  COLUMN_INTS,
  HAS_NULLS,
  HAS_OFFSETS,
  HEAD_INTS,
  headBytes,
  IS_ASCII,
  KIND_CODES,
} from './layout.ts'
import { aligned, type Memory } from './memory.ts'
import { packObjects } from './objects.ts'

/** A batch that was measured, and of which all that is not columnar is already bytes. */
export interface PreparedBatch {
  readonly batch: Batch
  /** A multiple of 8. */
  readonly sizeBytes: number
  readonly columns: readonly PreparedColumn[]
}

interface PreparedColumn {
  readonly descriptor: number
  /** Bytes of texts or values. */
  readonly variableBytes: number
  /** The values of an object column. */
  readonly packed: Uint8Array | null
}

/** Measures a batch, so that room for it can be found before it is written. */
export const prepareBatch = (batch: Batch): PreparedBatch => {
  const { rowCount } = batch
  const columns = batch.columns.map((vector, index) =>
    prepareColumn(vector, batch.table.columns[index]!.type, rowCount),
  )
  let sizeBytes = headBytes(columns.length)
  if (batch.kinds !== null) sizeBytes += aligned(rowCount)
  for (const [index, vector] of batch.columns.entries()) {
    sizeBytes += sectionBytes(vector, columns[index]!.variableBytes, rowCount)
  }
  return { batch, sizeBytes, columns }
}

const prepareColumn = (vector: Vector, type: DataType, rowCount: number): PreparedColumn => {
  const kind = KIND_CODES.indexOf(vector.kind)
  const nulls = vector.nulls === null ? 0 : HAS_NULLS
  switch (vector.kind) {
    case 'utf8': {
      assert(vector.length === rowCount, 'a vector has a value for each row')
      const ascii = vector.utf8().ascii ? IS_ASCII : 0
      return { descriptor: kind | nulls | ascii, variableBytes: textBytes(vector), packed: null }
    }
    case 'timestamp': {
      assert(vector.seconds.length === rowCount, 'a vector has a value for each row')
      const offsets = vector.offsets === null ? 0 : HAS_OFFSETS
      return { descriptor: kind | nulls | offsets, variableBytes: 0, packed: null }
    }
    case 'object': {
      const packed = packColumn(vector, type, rowCount)
      return { descriptor: kind, variableBytes: packed.length, packed }
    }
    default:
      assert(vector.values.length === rowCount, 'a vector has a value for each row')
      return { descriptor: kind | nulls, variableBytes: 0, packed: null }
  }
}

const scratch = new ByteWriter()

const packColumn = (vector: ObjectVector, type: DataType, rowCount: number): Uint8Array => {
  assert(vector.values.length === rowCount, 'a vector has a value for each row')
  scratch.clear()
  packObjects(type, vector.values, scratch)
  return scratch.take()
}

const textBytes = (vector: Utf8Vector): number => {
  const { starts, ends } = vector.utf8()
  let bytes = 0
  for (let row = 0; row < starts.length; row += 1) bytes += ends[row]! - starts[row]!
  return bytes
}

const sectionBytes = (vector: Vector, variableBytes: number, rowCount: number): number => {
  const nulls = vector.nulls === null ? 0 : aligned(rowCount)
  switch (vector.kind) {
    case 'boolean':
      return nulls + aligned(rowCount)
    case 'int32':
      return nulls + aligned(rowCount * 4)
    case 'float64':
    case 'int64':
      return nulls + rowCount * 8
    case 'timestamp':
      return nulls + rowCount * 8 + aligned(rowCount * 4) * (vector.offsets === null ? 1 : 2)
    case 'utf8':
      return nulls + aligned((rowCount + 1) * 4) + aligned(variableBytes)
    case 'object':
      return aligned(variableBytes)
    default:
      return vector satisfies never
  }
}

/** Writes a prepared batch at `start`, a multiple of 8; it takes `sizeBytes`. */
export const writeBatch = (
  prepared: PreparedBatch,
  tableNumber: number,
  memory: Memory,
  start: number,
): void => {
  const { batch, columns } = prepared
  const { rowCount, kinds } = batch
  const head = start >> 2
  memory.int32[head] = tableNumber
  memory.int32[head + 1] = rowCount
  memory.int32[head + 2] = kinds === null ? 0 : 1
  memory.int32[head + 3] = columns.length
  for (let index = 0; index < columns.length; index += 1) {
    const at = head + HEAD_INTS + index * COLUMN_INTS
    memory.int32[at] = columns[index]!.descriptor
    memory.int32[at + 1] = columns[index]!.variableBytes
  }
  let at = start + headBytes(columns.length)
  if (kinds !== null) at = writeBytes(memory, at, kinds)
  for (let index = 0; index < columns.length; index += 1) {
    at = writeColumn(memory, at, batch.columns[index]!, columns[index]!)
  }
  assert(at === start + prepared.sizeBytes, 'a batch takes the room that was measured')
}

const writeColumn = (
  memory: Memory,
  start: number,
  vector: Vector,
  column: PreparedColumn,
): number => {
  const at = vector.nulls === null ? start : writeBytes(memory, start, vector.nulls)
  switch (vector.kind) {
    case 'boolean':
      return writeBytes(memory, at, vector.values)
    case 'int32':
      return writeInt32(memory, at, vector.values)
    case 'float64':
      memory.float64.set(vector.values, at >> 3)
      return at + vector.values.byteLength
    case 'int64': {
      const { buffer, byteOffset, byteLength } = vector.values
      return writeBytes(memory, at, new Uint8Array(buffer, byteOffset, byteLength))
    }
    case 'timestamp': {
      memory.float64.set(vector.seconds, at >> 3)
      const after = writeInt32(memory, at + vector.seconds.byteLength, vector.nanos)
      return vector.offsets === null ? after : writeInt32(memory, after, vector.offsets)
    }
    case 'utf8':
      return writeTexts(memory, at, vector, column.variableBytes)
    case 'object':
      return writeBytes(memory, at, column.packed!)
    default:
      return vector satisfies never
  }
}

const writeBytes = (memory: Memory, at: number, bytes: Uint8Array): number => {
  memory.bytes.set(bytes, at)
  return at + aligned(bytes.length)
}

const writeInt32 = (memory: Memory, at: number, numbers: Int32Array): number => {
  memory.int32.set(numbers, at >> 2)
  return at + aligned(numbers.byteLength)
}

/** Slices longer than this are copied by the runtime, shorter ones here: a call costs more. */
const SHORT_TEXT_BYTES = 48

const writeTexts = (
  memory: Memory,
  start: number,
  vector: Utf8Vector,
  textBytes: number,
): number => {
  const { bytes, starts, ends } = vector.utf8()
  const rowCount = starts.length
  const target = memory.bytes
  const offsets = memory.int32
  const offsetsAt = start >> 2
  const textStart = start + aligned((rowCount + 1) * 4)
  offsets[offsetsAt] = 0
  const first = rowCount === 0 ? 0 : starts[0]!
  const isOneRun = rowCount > 0 && ends[rowCount - 1]! - first === textBytes
  if (isOneRun && runsOn(starts, ends)) {
    target.set(bytes.subarray(first, first + textBytes), textStart)
    for (let row = 0; row < rowCount; row += 1) offsets[offsetsAt + row + 1] = ends[row]! - first
    return textStart + aligned(textBytes)
  }
  let at = textStart
  for (let row = 0; row < rowCount; row += 1) {
    const from = starts[row]!
    const to = ends[row]!
    if (to - from > SHORT_TEXT_BYTES) {
      target.set(bytes.subarray(from, to), at)
      at += to - from
    } else {
      for (let index = from; index < to; index += 1) {
        target[at] = bytes[index]!
        at += 1
      }
    }
    offsets[offsetsAt + row + 1] = at - textStart
  }
  return textStart + aligned(textBytes)
}

/** Whether each slice starts where the one before ends. */
const runsOn = (starts: Int32Array, ends: Int32Array): boolean => {
  for (let row = 1; row < starts.length; row += 1) if (starts[row] !== ends[row - 1]) return false
  return true
}
