import type { TableSchema } from '../../../runtime/rows/index.ts'
import type { ByteSink } from '../byteSink.ts'
import type { Element, Layout, Leaf, Logical } from './layout.ts'
import { ThriftWriter } from './thrift.ts'

export interface ChunkPlace {
  readonly leaf: Leaf
  readonly offset: number
  readonly valueCount: number
  readonly compressedBytes: number
  readonly uncompressedBytes: number
}

export interface RowGroup {
  readonly rowCount: number
  readonly columns: readonly ChunkPlace[]
}

export interface FooterParts {
  readonly table: TableSchema
  readonly layout: Layout
  readonly groups: readonly RowGroup[]
  readonly codec: number
}

/** The key under which a file keeps the types of its columns, which parquet's own do not all tell. */
export const TYPES_KEY = 'tidegate.types'

const FORMAT_VERSION = 2
const PLAIN = 0
const RLE = 3
const NANOS = 3

/** Writes the footer, its length and the closing mark. */
export const writeFooter = (sink: ByteSink, parts: FooterParts): void => {
  const { table, layout, groups } = parts
  const thrift = new ThriftWriter()
  thrift.fields(() => {
    thrift.i32(1, FORMAT_VERSION)
    thrift.structs(2, layout.elements, (element) => writeElement(thrift, element))
    thrift.i64(
      3,
      groups.reduce((sum, group) => sum + group.rowCount, 0),
    )
    thrift.structs(4, groups, (group) => writeGroup(thrift, group, parts.codec))
    thrift.structs(5, [JSON.stringify(table.columns.map((column) => column.type))], (types) => {
      thrift.text(1, TYPES_KEY)
      thrift.text(2, types)
    })
    thrift.text(6, 'tidegate')
  })
  const footer = thrift.sink.take()
  sink.slice(footer, 0, footer.length)
  for (const shift of [0, 8, 16, 24]) sink.byte((footer.length >>> shift) & 0xff)
  sink.ascii('PAR1')
}

const writeElement = (thrift: ThriftWriter, element: Element): void => {
  const { physical, typeLength, repetition, childCount, converted, scale, precision } = element
  if (physical !== undefined) thrift.i32(1, physical)
  if (typeLength !== undefined) thrift.i32(2, typeLength)
  if (repetition !== undefined) thrift.i32(3, repetition)
  thrift.text(4, element.name)
  if (childCount !== undefined) thrift.i32(5, childCount)
  if (converted !== undefined) thrift.i32(6, converted)
  if (scale !== undefined) thrift.i32(7, scale)
  if (precision !== undefined) thrift.i32(8, precision)
  const { logical } = element
  if (logical !== undefined) thrift.struct(10, () => writeLogical(thrift, logical))
}

const writeLogical = (thrift: ThriftWriter, logical: Logical): void =>
  thrift.struct(logical.id, () => {
    switch (logical.id) {
      case 5:
        thrift.i32(1, logical.scale)
        thrift.i32(2, logical.precision)
        return
      case 7:
      case 8:
        thrift.bool(1, logical.isUtc)
        thrift.struct(2, () => thrift.struct(NANOS, () => undefined))
        return
      case 10:
        thrift.i8(1, logical.bits)
        thrift.bool(2, true)
        return
      default:
        return
    }
  })

const writeGroup = (thrift: ThriftWriter, group: RowGroup, codec: number): void => {
  thrift.structs(1, group.columns, (chunk) => {
    thrift.i64(2, chunk.offset)
    thrift.struct(3, () => {
      thrift.i32(1, chunk.leaf.physical)
      thrift.i32s(2, [PLAIN, RLE])
      thrift.texts(3, chunk.leaf.path)
      thrift.i32(4, codec)
      thrift.i64(5, chunk.valueCount)
      thrift.i64(6, chunk.uncompressedBytes)
      thrift.i64(7, chunk.compressedBytes)
      thrift.i64(9, chunk.offset)
    })
  })
  thrift.i64(
    2,
    group.columns.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0),
  )
  thrift.i64(3, group.rowCount)
}
