import { describe, type Parser } from './parser.ts'
import type { Expression, TypedLiteralKind, TypeName, WhenBranch } from './tree.ts'

type ParseExpression = (parser: Parser) => Expression

const TYPED_LITERALS = new Set(['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ'])
/** Functions that standard SQL calls without parentheses. */
const BARE_CALLS = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP'])

/** Parses what operators stand between: literals, names, calls, CASE, CAST, parentheses. */
export const parsePrimary = (parser: Parser, parseExpression: ParseExpression): Expression => {
  let expression = parseStart(parser, parseExpression)
  while (true) {
    const { at } = expression
    if (parser.accept('[')) {
      const index = parseExpression(parser)
      parser.expect(']')
      expression = { kind: 'index', operand: expression, index, at }
    } else if (parser.at('AT') && parser.at('TIME', 1) && parser.at('ZONE', 2)) {
      for (let word = 0; word < 3; word += 1) parser.next()
      expression = {
        kind: 'timeZone',
        operand: expression,
        zone: parseStart(parser, parseExpression),
        at,
      }
    } else {
      return expression
    }
  }
}

const parseStart = (parser: Parser, parseExpression: ParseExpression): Expression => {
  const token = parser.peek()
  const { at } = token
  if (token.kind === 'string') return { kind: 'string', value: parser.next().text, at }
  if (token.kind === 'number') return parseNumber(parser)
  if (parser.accept('(')) {
    if (parser.at('SELECT')) parser.fail(parser.peek(), 'A query inside a query is not supported.')
    const inner = parseExpression(parser)
    parser.expect(')')
    return inner
  }
  if (parser.accept('NULL')) return { kind: 'null', at }
  if (parser.at('CASE')) return parseCase(parser, parseExpression)
  if (parser.at('(', 1) && token.kind === 'word') return parseCall(parser, parseExpression)
  if (token.kind === 'word') {
    const word = token.text.toUpperCase()
    if (TYPED_LITERALS.has(word) && parser.peek(1).kind === 'string') {
      parser.next()
      return { kind: 'typed', type: word as TypedLiteralKind, text: parser.next().text, at }
    }
    if (BARE_CALLS.has(word)) {
      parser.next()
      return { kind: 'call', name: token.text, arguments: [], at }
    }
    if ((word === 'TRUE' || word === 'FALSE') && !parser.at('.', 1)) {
      parser.next()
      return { kind: 'boolean', value: word === 'TRUE', at }
    }
  }
  if (parser.atName()) return parseName(parser)
  return parser.fail(token, `Expected a value but found ${describe(token)}.`)
}

const parseNumber = (parser: Parser): Expression => {
  const { text, at } = parser.next()
  if (/^\d+$/.test(text)) return { kind: 'integer', value: BigInt(text), at }
  return { kind: 'double', value: Number(text), text, at }
}

const parseName = (parser: Parser): Expression => {
  const { at } = parser.peek()
  const parts = [parser.name('a name')]
  while (parser.accept('.')) {
    const token = parser.peek()
    if (token.kind !== 'word' && token.kind !== 'quoted') parser.name('a name after the dot')
    parts.push(parser.next().text)
  }
  return { kind: 'name', parts, at }
}

const parseCase = (parser: Parser, parseExpression: ParseExpression): Expression => {
  const { at } = parser.expect('CASE')
  const operand = parser.at('WHEN') ? null : parseExpression(parser)
  const branches: WhenBranch[] = []
  while (parser.accept('WHEN')) {
    const condition = parseExpression(parser)
    parser.expect('THEN')
    branches.push({ condition, result: parseExpression(parser) })
  }
  if (branches.length === 0) parser.expect('WHEN')
  const otherwise = parser.accept('ELSE') ? parseExpression(parser) : null
  parser.expect('END')
  return { kind: 'case', operand, branches, otherwise, at }
}

const parseCall = (parser: Parser, parseExpression: ParseExpression): Expression => {
  const { text: name, at } = parser.next()
  parser.expect('(')
  const upper = name.toUpperCase()
  if (upper === 'CAST' || upper === 'TRY_CAST') {
    const operand = parseExpression(parser)
    parser.expect('AS')
    const type = parseTypeName(parser)
    parser.expect(')')
    return { kind: 'cast', operand, type, lenient: upper === 'TRY_CAST', at }
  }
  if (upper === 'EXTRACT') {
    const field = parser.next().text.toUpperCase()
    parser.expect('FROM')
    const operand = parseExpression(parser)
    parser.expect(')')
    return { kind: 'extract', field, operand, at }
  }
  const args: Expression[] = []
  if (!parser.at(')')) {
    args.push(parseExpression(parser))
    while (parser.accept(',')) args.push(parseExpression(parser))
  }
  parser.expect(')')
  return { kind: 'call', name, arguments: args, at }
}

const parseTypeName = (parser: Parser): TypeName => {
  const { at } = parser.peek()
  const name = parser.name('a type').toUpperCase()
  const parameters: number[] = []
  if (parser.accept('(')) {
    do {
      const token = parser.next()
      if (token.kind !== 'number') {
        parser.fail(token, `Expected a number but found ${describe(token)}.`)
      }
      parameters.push(Number(token.text))
    } while (parser.accept(','))
    parser.expect(')')
  }
  return { name, parameters, at }
}
