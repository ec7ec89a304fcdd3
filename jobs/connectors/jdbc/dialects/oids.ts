import type { DataType } from '../../../../runtime/rows/index.ts'

/** PostgreSQL's built-in types that are read in their binary form, by OID (catalog/pg_type.dat). */
interface BinaryType {
  readonly name: string
  readonly type: DataType
}

const scalar = (name: string, kind: string): BinaryType => ({
  name,
  type: { kind } as DataType,
})

/** A numeric without a declared precision, as SeaTunnel types it. */
export const NUMERIC_DEFAULT: DataType = { kind: 'decimal', precision: 38, scale: 18 }

export const BINARY_TYPES: ReadonlyMap<number, BinaryType> = new Map([
  [16, scalar('bool', 'boolean')],
  [17, scalar('bytea', 'bytes')],
  [19, scalar('text', 'string')],
  [20, scalar('int8', 'bigint')],
  [21, scalar('int2', 'smallint')],
  [23, scalar('int4', 'int')],
  [25, scalar('text', 'string')],
  [114, scalar('text', 'string')],
  [700, scalar('float4', 'float')],
  [701, scalar('float8', 'double')],
  [1042, scalar('text', 'string')],
  [1043, scalar('text', 'string')],
  [1082, scalar('date', 'date')],
  [1083, scalar('time', 'time')],
  [1114, scalar('timestamp', 'timestamp')],
  [1184, scalar('timestamptz', 'timestamp_tz')],
  [1700, { name: 'numeric', type: NUMERIC_DEFAULT }],
])

/** Arrays of those, by their own OID: the OID of the element. */
export const ARRAY_ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, 16],
  [1005, 21],
  [1007, 23],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1182, 1082],
  [1115, 1114],
  [1185, 1184],
  [1231, 1700],
])
