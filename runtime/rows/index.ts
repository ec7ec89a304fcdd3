export { BATCH_ROWS, batchOf, batchOfRows, kindAt, rowAt, selectRows, type Batch } from './batch.ts'
export {
  civilDate,
  dayOfWeek,
  dayOfYear,
  daysInMonth,
  epochDay,
  epochDayOrNull,
  isLeapYear,
  NANOS_OF_DAY,
  NANOS_OF_SECOND,
  SECONDS_OF_DAY,
  type CivilDate,
} from './civil.ts'
export {
  addDecimal,
  compareDecimal,
  decimalFits,
  decimalFromNumber,
  decimalToNumber,
  divideDecimal,
  formatDecimal,
  multiplyDecimal,
  normalizeDecimal,
  parseDecimal,
  rescaleDecimal,
  subtractDecimal,
} from './decimal.ts'
export { floatToDouble, formatDouble, formatFloat } from './floatText.ts'
export { bfloat16Of, float16Of, numberOfBfloat16, numberOfFloat16 } from './halfFloats.ts'
export { valueToJson, writeJson } from './jsonText.ts'
export { memberFromJson, valueFromJson } from './jsonValues.ts'
export { parseType } from './parseType.ts'
export { batchBytes } from './rowBytes.ts'
export { rowText } from './rowText.ts'
export { sameValue } from './sameValue.ts'
export {
  compareTimestamp,
  formatDate,
  formatOffset,
  formatTime,
  formatTimestamp,
  localSeconds,
  parseDate,
  parseOffset,
  parseTime,
  parseTimestamp,
} from './temporal.ts'
export { parseExactJson } from './exactJson.ts'
export { INTEGER_RANGES, misfit } from './scalarText.ts'
export { formatText, parseText } from './textValues.ts'
export { zoneOf, type Zone } from './zones.ts'
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
