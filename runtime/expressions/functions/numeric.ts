import {
  Decimal,
  decimalToNumber,
  formatDecimal,
  INTEGER_RANGES,
  normalizeDecimal,
  rescaleDecimal,
  type DataType,
  type Value,
} from '../../rows/index.ts'
import { roundDecimal, type Rounding } from '../decimals.ts'
import { DOUBLE, INT, isInteger, STRING } from '../types.ts'
import { exactDecimal } from '../widen.ts'
import { makeJavaRandom } from './javaRandom.ts'
import type { FunctionCall, FunctionSpec } from './spec.ts'

const unary = (name: string, compute: (number: number) => number): FunctionSpec => ({
  names: [name],
  parameters: ['number'],
  type: DOUBLE,
  make: () => compute,
})

/** A function of doubles that has no value for some. */
const partial = (
  name: string,
  parameters: 1 | 2,
  compute: (first: number, second: number) => number | null,
  needs: string,
): FunctionSpec => ({
  names: [name],
  parameters: parameters === 1 ? ['number'] : ['number', 'number'],
  type: DOUBLE,
  fallible: true,
  make: (call) => (first: number, second: number) =>
    compute(first, second) ?? call.fail(`${name} needs ${needs}.`),
})

/** The value in `type` again, once it was computed exactly. */
const decimalAs = (decimal: Decimal, type: DataType, call: FunctionCall): Value => {
  switch (type.kind) {
    case 'decimal':
      return rescaleDecimal(decimal, type.scale)
    case 'float':
      return Math.fround(decimalToNumber(decimal))
    case 'double':
      return decimalToNumber(decimal)
    case 'bigint': {
      const integer = roundDecimal(decimal, 0, 'down').unscaled
      return BigInt.asIntN(64, integer) === integer ? integer : outOfRange(integer, type, call)
    }
    default: {
      const { min, max } = INTEGER_RANGES[type.kind as 'int']
      const integer = roundDecimal(decimal, 0, 'down').unscaled
      return integer >= min && integer <= max ? Number(integer) : outOfRange(integer, type, call)
    }
  }
}

const outOfRange = (integer: bigint, type: DataType, call: FunctionCall): never =>
  call.fail(`${call.name} gives ${integer}, which does not fit ${type.kind}; use CAST.`)

/** Rounds to a number of places and gives the result as `type`. */
const rounder = (call: FunctionCall, rounding: Rounding, type: DataType) => {
  const sameInteger = isInteger(call.args[0]!.type) && type.kind === call.args[0]!.type.kind
  return (value: Value, places: number | null = 0): Value => {
    if (sameInteger && (places ?? 0) >= 0) return value
    const exact = exactDecimal(value)
    if (exact === null) return type.kind === 'double' || type.kind === 'float' ? value : null
    return decimalAs(roundDecimal(exact, places ?? 0, rounding), type, call)
  }
}

const rounding = (
  names: readonly string[],
  how: Rounding,
  type: (call: FunctionCall) => DataType,
): FunctionSpec => ({
  names,
  parameters: ['numeric'],
  optional: ['integer'],
  type,
  fallible: true,
  make: (call) => rounder(call, how, type(call)),
})

const typeOfFirst = (call: FunctionCall): DataType => call.args[0]!.type

/** The remainder with the sign of the dividend, computed exactly: 13 modulo 5.4 is 2.2. */
const modulo = (call: FunctionCall) => {
  const type = call.args[1]!.type
  return (dividend: Value, divisor: Value): Value => {
    const left = exactDecimal(dividend)
    const right = exactDecimal(divisor)
    if (left === null || right === null) return null
    if (right.unscaled === 0n) return call.fail('MOD by zero.')
    const scale = Math.max(left.scale, right.scale)
    const remainder = rescaleDecimal(left, scale).unscaled % rescaleDecimal(right, scale).unscaled
    return decimalAs(new Decimal(remainder, scale), type, call)
  }
}

const absolute = (call: FunctionCall) => {
  const type = typeOfFirst(call)
  return (value: Value): Value => {
    if (value instanceof Decimal) {
      return value.unscaled < 0n ? new Decimal(-value.unscaled, value.scale) : value
    }
    if (typeof value === 'bigint')
      return decimalAs(new Decimal(value < 0n ? -value : value, 0), type, call)
    const positive = Math.abs(value as number)
    return isInteger(type) && positive > INTEGER_RANGES[type.kind as 'int'].max
      ? outOfRange(BigInt(positive), type, call)
      : positive
  }
}

const sign = (value: Value): number => {
  const number = value instanceof Decimal ? value.unscaled : (value as number | bigint)
  return number > 0 ? 1 : number < 0 ? -1 : 0
}

const logarithm = (base: number, number: number): number | null => {
  if (base <= 0 || number <= 0) return null
  if (base === 10) return Math.log10(number)
  return base === Math.E ? Math.log(number) : Math.log(number) / Math.log(base)
}

export const NUMERIC_FUNCTIONS: readonly FunctionSpec[] = [
  { names: ['ABS'], parameters: ['numeric'], type: typeOfFirst, fallible: true, make: absolute },
  unary('ACOS', Math.acos),
  unary('ASIN', Math.asin),
  unary('ATAN', Math.atan),
  unary('COS', Math.cos),
  unary('COSH', Math.cosh),
  unary('SIN', Math.sin),
  unary('SINH', Math.sinh),
  unary('TAN', Math.tan),
  unary('TANH', Math.tanh),
  unary('EXP', Math.exp),
  unary('SQRT', Math.sqrt),
  unary('RADIANS', (degrees) => (degrees / 180) * Math.PI),
  partial(
    'COT',
    1,
    (angle) => (Math.tan(angle) === 0 ? null : 1 / Math.tan(angle)),
    'an angle whose tangent is not 0',
  ),
  partial('LN', 1, (number) => (number > 0 ? Math.log(number) : null), 'a positive number'),
  partial('LOG10', 1, (number) => (number > 0 ? Math.log10(number) : null), 'a positive number'),
  partial('LOG', 2, logarithm, 'a positive base and a positive number'),
  {
    names: ['ATAN2'],
    parameters: ['number', 'number'],
    type: DOUBLE,
    make: () => Math.atan2,
  },
  {
    names: ['POWER'],
    parameters: ['number', 'number'],
    type: DOUBLE,
    make: () => Math.pow,
  },
  { names: ['PI'], parameters: [], type: DOUBLE, make: () => () => Math.PI },
  {
    names: ['RAND', 'RANDOM'],
    parameters: [],
    optional: ['integer'],
    type: DOUBLE,
    volatile: 'row',
    make:
      ({ context }) =>
      (seed: number | null = null) =>
        seed === null ? context.random.next() : makeJavaRandom(seed)(),
  },
  {
    names: ['MOD'],
    parameters: ['numeric', 'numeric'],
    type: (call) => call.args[1]!.type,
    fallible: true,
    make: modulo,
  },
  rounding(['CEIL', 'CEILING'], 'ceiling', () => INT),
  rounding(['FLOOR'], 'floor', () => INT),
  rounding(['ROUND'], 'halfUp', typeOfFirst),
  rounding(['TRUNC', 'TRUNCATE'], 'down', () => DOUBLE),
  { names: ['SIGN'], parameters: ['numeric'], type: INT, make: () => sign },
  {
    names: ['TRIM_SCALE'],
    parameters: ['numeric'],
    type: STRING,
    make: () => (value: Value) => {
      const exact = exactDecimal(value)
      return exact === null ? null : formatDecimal(normalizeDecimal(exact))
    },
  },
]
