import { isPlainName } from './parser.ts'
import type { Expression } from './tree.ts'

/**
 * The expression as SQL, with every operator inside parentheses except the outermost. This names a
 * column without an alias, and parsing it again yields the same tree.
 */
export const printExpression = (expression: Expression): string => {
  switch (expression.kind) {
    case 'null':
      return 'NULL'
    case 'boolean':
      return expression.value ? 'TRUE' : 'FALSE'
    case 'string':
      return quote(expression.value)
    case 'integer':
      return expression.value.toString()
    case 'double':
      return expression.text
    case 'typed':
      return `${expression.type} ${quote(expression.text)}`
    case 'name':
      return expression.parts.map(printName).join('.')
    case 'negate':
      return `-${operandOf(expression.operand)}`
    case 'not':
      return `NOT ${operandOf(expression.operand)}`
    case 'binary':
      return `${operandOf(expression.left)} ${expression.operator} ${operandOf(expression.right)}`
    case 'cast': {
      const { name, parameters } = expression.type
      const type = parameters.length === 0 ? name : `${name}(${parameters.join(', ')})`
      const call = expression.lenient ? 'TRY_CAST' : 'CAST'
      return `${call}(${printExpression(expression.operand)} AS ${type})`
    }
    case 'extract':
      return `EXTRACT(${expression.field} FROM ${printExpression(expression.operand)})`
    case 'timeZone':
      return `${operandOf(expression.operand)} AT TIME ZONE ${operandOf(expression.zone)}`
    case 'index':
      return `${operandOf(expression.operand)}[${printExpression(expression.index)}]`
    case 'call':
      return `${expression.name}(${expression.arguments.map(printExpression).join(', ')})`
    case 'case':
      return printCase(expression)
    default:
      return printPredicate(expression)
  }
}

type Case = Extract<Expression, { kind: 'case' }>
type Predicate = Extract<Expression, { kind: 'in' | 'like' | 'between' | 'isNull' }>

const printCase = ({ operand, branches, otherwise }: Case): string =>
  [
    'CASE',
    ...(operand === null ? [] : [printExpression(operand)]),
    ...branches.map(
      ({ condition, result }) =>
        `WHEN ${printExpression(condition)} THEN ${printExpression(result)}`,
    ),
    ...(otherwise === null ? [] : [`ELSE ${printExpression(otherwise)}`]),
    'END',
  ].join(' ')

const printPredicate = (expression: Predicate): string => {
  const operand = operandOf(expression.operand)
  const not = expression.negated ? 'NOT ' : ''
  switch (expression.kind) {
    case 'in':
      return `${operand} ${not}IN (${expression.items.map(printExpression).join(', ')})`
    case 'like':
      return `${operand} ${not}LIKE ${operandOf(expression.pattern)}`
    case 'between':
      return `${operand} ${not}BETWEEN ${operandOf(expression.low)} AND ${operandOf(expression.high)}`
    case 'isNull':
      return `${operand} IS ${not}NULL`
    default:
      return expression satisfies never
  }
}

const COMPOUND = new Set(['negate', 'not', 'binary', 'in', 'like', 'between', 'isNull', 'timeZone'])

const operandOf = (expression: Expression): string => {
  const text = printExpression(expression)
  return COMPOUND.has(expression.kind) || text.startsWith('-') ? `(${text})` : text
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

const printName = (name: string): string =>
  isPlainName(name) ? name : `\`${name.replaceAll('`', '``')}\``
