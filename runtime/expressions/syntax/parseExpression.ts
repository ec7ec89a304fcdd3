import { describe, type Parser } from './parser.ts'
import { parsePrimary } from './parsePrimary.ts'
import type { BinaryOperator, Expression } from './tree.ts'

/** How tight each operator binds; a higher one binds tighter. Comparisons do not chain. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['OR', 1],
  ['AND', 2],
  ['||', 5],
  ['+', 6],
  ['-', 6],
  ['*', 7],
  ['/', 7],
  ['%', 7],
])
const NOT_PRECEDENCE = 3
const COMPARISON_PRECEDENCE = 4
const SIGN_PRECEDENCE = 8

const COMPARISONS: ReadonlyMap<string, BinaryOperator> = new Map([
  ['=', '='],
  ['==', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])
const PREDICATES = new Set(['IN', 'LIKE', 'BETWEEN', 'IS', 'NOT'])

/** Parses an expression by precedence climbing; stops at the first token that cannot go on with it. */
export const parseExpression = (parser: Parser, minimum = 0): Expression =>
  parser.nested(() => {
    let left = parsePrefix(parser)
    while (true) {
      const longer = parseOperator(parser, left, minimum)
      if (longer === null) return left
      left = longer
    }
  })

const parsePrefix = (parser: Parser): Expression => {
  const { at } = parser.peek()
  if (parser.accept('NOT')) {
    return { kind: 'not', operand: parseExpression(parser, NOT_PRECEDENCE), at }
  }
  if (parser.accept('-')) return negate(parseExpression(parser, SIGN_PRECEDENCE), at)
  if (parser.accept('+')) return parseExpression(parser, SIGN_PRECEDENCE)
  return parsePrimary(parser, parseExpression)
}

/** A minus before a number is part of it, so that the smallest integer can be written. */
const negate = (operand: Expression, at: Expression['at']): Expression => {
  if (operand.kind === 'integer') return { ...operand, value: -operand.value, at }
  if (operand.kind === 'double') {
    return { ...operand, value: -operand.value, text: `-${operand.text}`, at }
  }
  return { kind: 'negate', operand, at }
}

const parseOperator = (parser: Parser, left: Expression, minimum: number): Expression | null => {
  const token = parser.peek()
  const text = token.kind === 'quoted' || token.kind === 'string' ? '' : token.text.toUpperCase()
  const comparison = COMPARISONS.get(text)
  if (comparison !== undefined || PREDICATES.has(text)) {
    if (minimum > COMPARISON_PRECEDENCE) return null
    if (comparison === undefined) return parsePredicate(parser, left)
    parser.next()
    const right = parseExpression(parser, COMPARISON_PRECEDENCE + 1)
    return { kind: 'binary', operator: comparison, left, right, at: left.at }
  }
  const precedence = PRECEDENCE.get(text)
  if (precedence === undefined || precedence < minimum) return null
  parser.next()
  const right = parseExpression(parser, precedence + 1)
  return { kind: 'binary', operator: text as BinaryOperator, left, right, at: left.at }
}

const parsePredicate = (parser: Parser, operand: Expression): Expression => {
  const { at } = operand
  if (parser.accept('IS')) {
    const negated = parser.accept('NOT')
    parser.expect('NULL')
    return { kind: 'isNull', operand, negated, at }
  }
  const negated = parser.accept('NOT')
  if (parser.accept('IN')) {
    return { kind: 'in', operand, items: parseList(parser), negated, at }
  }
  if (parser.accept('LIKE')) {
    const pattern = parseExpression(parser, COMPARISON_PRECEDENCE + 1)
    return { kind: 'like', operand, pattern, negated, at }
  }
  if (parser.accept('BETWEEN')) {
    const low = parseExpression(parser, COMPARISON_PRECEDENCE + 1)
    parser.expect('AND')
    const high = parseExpression(parser, COMPARISON_PRECEDENCE + 1)
    return { kind: 'between', operand, low, high, negated, at }
  }
  const found = describe(parser.peek())
  return parser.fail(parser.peek(), `Expected IN, LIKE or BETWEEN after NOT but found ${found}.`)
}

const parseList = (parser: Parser): Expression[] => {
  parser.expect('(')
  if (parser.at('SELECT')) parser.fail(parser.peek(), 'A query inside a query is not supported.')
  const items = [parseExpression(parser)]
  while (parser.accept(',')) items.push(parseExpression(parser))
  parser.expect(')')
  return items
}
