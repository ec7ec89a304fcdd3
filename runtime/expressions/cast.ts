import { EngineError, type Place } from '../errors/index.ts'
import {
  formatText,
  formatType,
  sameType,
  type Batch,
  type DataType,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { cellsOf, nullsOf } from './cells.ts'
import { converterOf, type Converter } from './castValues.ts'
import { derived, type Compiled } from './compiled.ts'
import { mapRows } from './rowKernel.ts'
import type { TypeName } from './syntax/tree.ts'
import { BIGINT, BOOLEAN, BYTES, DATE, DOUBLE, INT, STRING, TIME, TIMESTAMP } from './types.ts'
import { widen } from './widen.ts'

const TYPE_NAMES: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['VARCHAR', STRING],
  ['STRING', STRING],
  ['TINYINT', { kind: 'tinyint' }],
  ['BYTE', { kind: 'tinyint' }],
  ['SMALLINT', { kind: 'smallint' }],
  ['INT', INT],
  ['INTEGER', INT],
  ['BIGINT', BIGINT],
  ['LONG', BIGINT],
  ['FLOAT', { kind: 'float' }],
  ['DOUBLE', DOUBLE],
  ['BYTES', BYTES],
  ['BINARY', BYTES],
  ['BOOLEAN', BOOLEAN],
  ['DATE', DATE],
  ['TIME', TIME],
  ['TIMESTAMP', TIMESTAMP],
  ['DATETIME', TIMESTAMP],
])
const PRECISION_MAX = 38

/** The type that CAST names; SQL-005 when there is none. DECIMAL alone is DECIMAL(38, 18). */
export const castTarget = ({ name, parameters, at }: TypeName): DataType => {
  const type = TYPE_NAMES.get(name)
  if (type !== undefined) return type
  if (name !== 'DECIMAL' && name !== 'NUMERIC') {
    const names = [...TYPE_NAMES.keys(), 'DECIMAL(precision, scale)'].join(', ')
    throw new EngineError('SQL-005', `CAST knows no type ${name}: use one of ${names}.`, { at })
  }
  const [precision, scale] = parameters.length === 0 ? [PRECISION_MAX, 18] : parameters
  const places = scale ?? 0
  if (precision === undefined || precision < 1 || precision > PRECISION_MAX || places > precision) {
    throw new EngineError(
      'SQL-005',
      `DECIMAL(${parameters.join(', ')}) is no type: the precision is 1 to ${PRECISION_MAX} and the scale 0 to the precision.`,
      { at },
    )
  }
  return { kind: 'decimal', precision, scale: places }
}

/**
 * The expression converted to `type`, as CAST does. A value that cannot be converted is an error
 * of its row, or null when `lenient`. SQL-005 when no value of the one type is one of the other.
 */
export const castTo = (operand: Compiled, type: DataType, at: Place, lenient = false): Compiled => {
  if (sameType(operand.type, type)) return operand
  const { kind } = operand.type
  const widens = type.kind === 'bigint' || (type.kind === 'double' && kind !== 'float')
  if (widens && (kind === 'int' || kind === 'smallint' || kind === 'tinyint')) {
    return widen(operand, type)
  }
  const convert = converterOf(operand.type, type)
  if (convert === null) {
    throw new EngineError(
      'SQL-005',
      `A ${formatType(operand.type)} cannot be converted to ${formatType(type)}.`,
      { at },
    )
  }
  const checked = lenient
    ? (value: Value) => convert(value) ?? null
    : strict(operand.type, type, convert, at)
  return derived(
    type,
    [operand],
    (batch: Batch) => castVector(operand.evaluate(batch), type, checked),
    { fallible: !lenient && type.kind !== 'string' },
  )
}

const castVector = (vector: Vector, type: DataType, convert: (value: Value) => Value): Vector =>
  mapRows(type, nullsOf(vector), convert, [cellsOf(vector)])

const strict =
  (from: DataType, to: DataType, convert: Converter, at: Place) =>
  (value: Value): Value => {
    const converted = convert(value)
    if (converted !== undefined) return converted
    const text = formatText(from, value)
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
    throw new EngineError('SQL-006', `"${shown}" cannot be converted to ${formatType(to)}.`, { at })
  }
