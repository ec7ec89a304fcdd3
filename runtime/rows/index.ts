export { BATCH_ROWS, batchOf, batchOfRows, kindAt, rowAt, selectRows, type Batch } from './batch.ts'
export {
  column,
  columnIndex,
  type Column,
  type ConstraintKey,
  type PrimaryKey,
  type TableSchema,
} from './schema.ts'
export {
  formatType,
  physicalKindOf,
  sameType,
  type DataType,
  type Field,
  type PhysicalKind,
  type ScalarKind,
  type VectorKind,
} from './types.ts'
export { Utf8Vector, type Utf8Bytes } from './utf8Vector.ts'
export {
  Decimal,
  ROW_KIND_NAMES,
  ROW_KIND_SHORT_NAMES,
  RowKind,
  Timestamp,
  type Value,
} from './values.ts'
export { constantVector, vectorOf } from './vectorBuilder.ts'
export {
  gather,
  isNullAt,
  nullVector,
  valueAt,
  type BooleanVector,
  type Float64Vector,
  type Int32Vector,
  type Int64Vector,
  type ObjectVector,
  type TimestampVector,
  type Vector,
} from './vectors.ts'
