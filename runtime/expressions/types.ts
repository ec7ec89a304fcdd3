import { sameType, type DataType } from '../rows/index.ts'

export const NULL: DataType = { kind: 'null' }
export const BOOLEAN: DataType = { kind: 'boolean' }
export const INT: DataType = { kind: 'int' }
export const BIGINT: DataType = { kind: 'bigint' }
export const DOUBLE: DataType = { kind: 'double' }
export const STRING: DataType = { kind: 'string' }
export const BYTES: DataType = { kind: 'bytes' }
export const DATE: DataType = { kind: 'date' }
export const TIME: DataType = { kind: 'time' }
export const TIMESTAMP: DataType = { kind: 'timestamp' }

/** Numeric types from the narrowest to the widest. */
const NUMERIC = ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'decimal']
const INTEGER = new Set(['tinyint', 'smallint', 'int'])

export const isNumeric = (type: DataType): boolean => NUMERIC.includes(type.kind)

/** True for integers of up to 32 bits. */
export const isSmallInteger = (type: DataType): boolean => INTEGER.has(type.kind)

export const isInteger = (type: DataType): boolean => type.kind === 'bigint' || isSmallInteger(type)

export const isTemporal = (type: DataType): boolean =>
  ['date', 'time', 'timestamp', 'timestamp_tz'].includes(type.kind)

/** A decimal that has the digits of both sides; a side that is not a decimal adds none. */
const widerDecimal = (left: DataType, right: DataType): DataType => {
  const of = (type: DataType): { precision: number; scale: number } =>
    type.kind === 'decimal' ? type : { precision: 0, scale: 0 }
  return {
    kind: 'decimal',
    precision: Math.max(of(left).precision, of(right).precision),
    scale: Math.max(of(left).scale, of(right).scale),
  }
}

/**
 * The type of `left + right` as SeaTunnel has it: INT of small integers, BIGINT of integers with a
 * BIGINT, a decimal of the larger precision and scale, else DOUBLE; null when one is not a number.
 */
export const arithmeticType = (left: DataType, right: DataType): DataType | null => {
  if (!isNumeric(left) || !isNumeric(right)) return null
  if (isSmallInteger(left) && isSmallInteger(right)) return INT
  if (isInteger(left) && isInteger(right)) return BIGINT
  if (left.kind === 'decimal' || right.kind === 'decimal') return widerDecimal(left, right)
  return DOUBLE
}

/** The type that holds values of both; null when there is none. A NULL takes the other's type. */
export const commonType = (left: DataType, right: DataType): DataType | null => {
  if (left.kind === 'null') return right
  if (right.kind === 'null') return left
  if (left.kind === 'decimal' || right.kind === 'decimal') {
    return isNumeric(left) && isNumeric(right) ? widerDecimal(left, right) : null
  }
  if (isNumeric(left) && isNumeric(right)) {
    return NUMERIC.indexOf(left.kind) < NUMERIC.indexOf(right.kind) ? right : left
  }
  return sameType(left, right) ? left : null
}
