import type { PhysicalKind } from '../../rows/index.ts'

/*
 * A batch as bytes; all numbers are little-endian, every section starts at a multiple of 8:
 *
 *   int32  number of the table in the stream's dictionary
 *   int32  rows
 *   int32  1 when a section of row kinds follows the columns' heads
 *   int32  columns
 *   for each column: int32 descriptor, int32 bytes of variable length
 *   row kinds, a byte a row
 *   for each column: null bytes, one a row, when it has any; then by its kind
 *     boolean    a byte a row
 *     int32      4 bytes a row
 *     float64, int64   8 bytes a row
 *     timestamp  seconds (float64), nanoseconds (int32), offsets (int32) when it has any
 *     utf8       rows + 1 ends of the texts (int32, the first is 0), then the UTF-8 bytes
 *     object     the values one after the other, as `writeValue` writes them
 */

export const HEAD_INTS = 4
export const COLUMN_INTS = 2

/** The low bits of a descriptor: the column's kind. */
export const KIND_CODES: readonly PhysicalKind[] = [
  'boolean',
  'int32',
  'float64',
  'int64',
  'utf8',
  'timestamp',
  'object',
]
export const KIND_MASK = 0x0f
/** Further bits of a descriptor. */
export const HAS_NULLS = 0x10
export const IS_ASCII = 0x20
export const HAS_OFFSETS = 0x40

export const headBytes = (columnCount: number): number =>
  // An even number of int32, so already a multiple of 8.
  (HEAD_INTS + COLUMN_INTS * columnCount) * 4
