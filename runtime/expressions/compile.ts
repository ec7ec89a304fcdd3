import { EngineError } from '../errors/index.ts'
import { parseTimestamp, type DataType } from '../rows/index.ts'
import { compileArithmetic, compileNegation } from './arithmetic.ts'
import { compileCall, compileExtract, compileTimeZone } from './call.ts'
import { castTarget, castTo } from './cast.ts'
import { converterOf } from './castValues.ts'
import { compileChoice, type Way } from './choice.ts'
import { compileComparison } from './comparison.ts'
import { constantOf, type Compiled, type Scope } from './compiled.ts'
import { compileConcat } from './functions/concat.ts'
import { compileLogic, compileNot, requireCondition } from './logic.ts'
import { compileIndex, compileName } from './names.ts'
import { compileBetween, compileIn, compileIsNull, compileLike } from './predicates.ts'
import type { Expression, TypedLiteralKind } from './syntax/tree.ts'
import { BIGINT, BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIME, TIMESTAMP } from './types.ts'

/** Resolves and types a tree. Throws SQL-003 to SQL-005 with the place of what is wrong. */
export const compile = (expression: Expression, scope: Scope): Compiled => {
  const { at } = expression
  const part = (inner: Expression): Compiled => compile(inner, scope)
  switch (expression.kind) {
    case 'name':
      return compileName(expression.parts, scope, at)
    case 'negate':
      return compileNegation(part(expression.operand), at)
    case 'not':
      return compileNot(part(expression.operand), at)
    case 'binary':
      return compileBinary(expression, scope)
    case 'in':
      return compileIn(part(expression.operand), expression.items.map(part), expression.negated, at)
    case 'like':
      return compileLike(part(expression.operand), part(expression.pattern), expression.negated, at)
    case 'between': {
      const { operand, low, high, negated } = expression
      return compileBetween(part(operand), part(low), part(high), negated, at)
    }
    case 'isNull':
      return compileIsNull(part(expression.operand), expression.negated)
    case 'case':
      return compileCase(expression, scope)
    case 'cast':
      return castTo(
        part(expression.operand),
        castTarget(expression.type),
        expression.type.at,
        expression.lenient,
      )
    case 'extract':
      return compileExtract(expression.field, part(expression.operand), scope, at)
    case 'timeZone':
      return compileTimeZone(part(expression.operand), part(expression.zone), at)
    case 'index':
      return compileIndex(part(expression.operand), part(expression.index), at)
    case 'call':
      return compileCall(expression.name, expression.arguments, scope, at, compile)
    default:
      return compileLiteral(expression)
  }
}

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>

const compileBinary = (expression: Of<'binary'>, scope: Scope): Compiled => {
  const { operator, at } = expression
  const left = compile(expression.left, scope)
  const right = compile(expression.right, scope)
  switch (operator) {
    case 'AND':
    case 'OR':
      return compileLogic(operator, left, right, at)
    case '||':
      return compileConcat([left, right], at)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return compileArithmetic(operator, left, right, at)
    default:
      return compileComparison(operator, left, right, at)
  }
}

/**
 * With an operand, WHEN gives a value to compare it with; as in SeaTunnel it may be a condition
 * instead.
 */
const compileCase = (expression: Of<'case'>, scope: Scope): Compiled => {
  const { at } = expression
  const operand = expression.operand === null ? null : compile(expression.operand, scope)
  const ways = expression.branches.map((branch): Way => {
    const when = compile(branch.condition, scope)
    const isValue =
      operand !== null && (when.type.kind !== 'boolean' || operand.type.kind === 'boolean')
    return {
      condition: isValue
        ? compileComparison('=', operand, when, branch.condition.at)
        : requireCondition(when, 'WHEN', branch.condition.at),
      result: compile(branch.result, scope),
    }
  })
  const otherwise = expression.otherwise === null ? null : compile(expression.otherwise, scope)
  return compileChoice(ways, otherwise, at)
}

type Literal = Of<'null' | 'boolean' | 'string' | 'integer' | 'double' | 'typed'>

const compileLiteral = (expression: Literal): Compiled => {
  switch (expression.kind) {
    case 'null':
      return constantOf(NULL, null)
    case 'boolean':
      return constantOf(BOOLEAN, expression.value)
    case 'string':
      return constantOf(STRING, expression.value)
    case 'integer':
      return compileInteger(expression)
    case 'double':
      return constantOf(DOUBLE, expression.value)
    case 'typed':
      return compileTyped(expression)
    default:
      return expression satisfies never
  }
}

const compileInteger = ({ value, at }: Of<'integer'>): Compiled => {
  if (BigInt.asIntN(32, value) === value) return constantOf(INT, Number(value))
  if (BigInt.asIntN(64, value) === value) return constantOf(BIGINT, value)
  throw new EngineError(
    'SQL-001',
    `${value} is larger than a BIGINT; write it as a decimal text.`,
    {
      at,
    },
  )
}

const TYPED: { readonly [Kind in TypedLiteralKind]: DataType } = {
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ: { kind: 'timestamp_tz' },
}

const compileTyped = ({ type, text, at }: Of<'typed'>): Compiled => {
  const dataType = TYPED[type]
  const value = type === 'TIMESTAMPTZ' ? parseTimestamp(text) : converterOf(STRING, dataType)!(text)
  if (value !== null && value !== undefined) return constantOf(dataType, value)
  throw new EngineError('SQL-001', `'${text}' is not a ${type}.`, { at })
}
