import { EngineError } from '../../../runtime/errors/index.ts'
import { javaRegex } from '../../../runtime/expressions/index.ts'
import {
  compareDecimal,
  Decimal,
  formatText,
  formatType,
  parseDecimal,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import type { RuleOptions } from './spec.ts'

/** The parsed options of one rule. */
export type Rule = OptionsOf<RuleOptions>

/** Why a value breaks a rule; null when it does not. */
export type Check = (value: Value) => string | null

const EMAIL = /^[\w.%+-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/

/** Only NOT_NULL looks at nulls: every other rule lets them pass. */
export const checkOf = (rule: Rule, type: DataType, field: string): Check => {
  const check = ruleCheck(rule, type, field)
  if (rule.custom_message === undefined) return check
  return (value) => (check(value) === null ? null : rule.custom_message!)
}

const ruleCheck = (rule: Rule, type: DataType, field: string): Check => {
  switch (rule.rule_type) {
    case 'NOT_NULL':
      return (value) => (value === null ? 'must not be null' : null)
    case 'RANGE':
      return rangeCheck(rule, type, field)
    case 'LENGTH':
      return lengthCheck(rule, type)
    case 'REGEX':
      return patternCheck(rule, type, field)
    case 'UDF':
      return (value) =>
        value === null || EMAIL.test(formatText(type, value)) ? null : 'is not an email address'
    default:
      throw new EngineError('CFG-003', `DataValidator: the rule for "${field}" needs rule_type.`)
  }
}

const NUMBERS = new Set(['tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'decimal'])

const rangeCheck = (rule: Rule, type: DataType, field: string): Check => {
  if (!NUMBERS.has(type.kind) && type.kind !== 'string') {
    throw new EngineError(
      'TRF-002',
      `DataValidator: RANGE needs a number, and "${field}" is a ${formatType(type)}.`,
    )
  }
  const low = boundOf(rule.min_value, field)
  const high = boundOf(rule.max_value, field)
  return (value) => {
    if (value === null) return null
    const number = parseDecimal(formatText(type, value))
    if (number === null) return 'is not a number'
    const belowLow = low === null ? 1 : compareDecimal(number, low)
    if (belowLow < 0 || (belowLow === 0 && !rule.min_inclusive)) {
      return `must be ${rule.min_inclusive ? 'at least' : 'above'} ${rule.min_value}`
    }
    const aboveHigh = high === null ? -1 : compareDecimal(number, high)
    if (aboveHigh > 0 || (aboveHigh === 0 && !rule.max_inclusive)) {
      return `must be ${rule.max_inclusive ? 'at most' : 'below'} ${rule.max_value}`
    }
    return null
  }
}

const boundOf = (text: string | undefined, field: string): Decimal | null => {
  if (text === undefined) return null
  const bound = parseDecimal(text)
  if (bound !== null) return bound
  throw new EngineError('CFG-004', `DataValidator: "${text}" is not a number, for "${field}".`)
}

const lengthOf = (type: DataType, value: Value): number => {
  if (Array.isArray(value)) return value.length
  if (value instanceof Map) return value.size
  if (value instanceof Uint8Array) return value.length
  return formatText(type, value).length
}

const lengthCheck = (rule: Rule, type: DataType): Check => {
  const { min_length: least, max_length: most, exact_length: exact } = rule
  return (value) => {
    if (value === null) return null
    const length = lengthOf(type, value)
    if (exact !== undefined && length !== exact) return `must have a length of ${exact}`
    if (least !== undefined && length < least) return `must have a length of ${least} or more`
    if (most !== undefined && length > most) return `must have a length of ${most} or less`
    return null
  }
}

const patternCheck = (rule: Rule, type: DataType, field: string): Check => {
  if (rule.pattern === undefined) {
    throw new EngineError('CFG-003', `DataValidator: REGEX for "${field}" needs pattern.`)
  }
  const regex = javaRegex(`^(?:${rule.pattern})$`, rule.case_sensitive ? '' : 'i')
  return (value) =>
    value === null || regex.test(formatText(type, value)) ? null : `does not match ${rule.pattern}`
}
