import { EngineError } from '../../errors/index.ts'
import { parseExpression } from './parseExpression.ts'
import { describe, makeParser, type Parser } from './parser.ts'
import type { Expression, LateralView, Select, SelectItem } from './tree.ts'

/** The words that start what other SQL has and this one refuses. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ...['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL', ','].map(
    (word) => [word, 'Reading from several tables'] as const,
  ),
  ['GROUP', 'GROUP BY'],
  ['ORDER', 'ORDER BY'],
  ...['HAVING', 'LIMIT', 'OFFSET', 'FETCH', 'UNION', 'EXCEPT', 'INTERSECT'].map(
    (word) => [word, word] as const,
  ),
])
const REFUSED_STATEMENTS = ['INSERT', 'UPDATE', 'DELETE', 'WITH', 'MERGE', 'CREATE']

/** Parses `text` as one expression; `source` names it in places. Throws SQL-001. */
export const parseExpressionText = (text: string, source: string): Expression => {
  const parser = makeParser(text, source)
  const expression = parseExpression(parser)
  if (parser.peek().kind !== 'end') {
    parser.fail(parser.peek(), `The expression ends before ${describe(parser.peek())}.`)
  }
  return expression
}

/**
 * Parses a query over one table: SELECT, FROM, LATERAL VIEW, WHERE. Throws SQL-001 where it is not
 * SQL and SQL-002 for what is SQL but not supported.
 */
export const parseSelect = (text: string, source: string): Select => {
  const parser = makeParser(text, source)
  if (REFUSED_STATEMENTS.some((word) => parser.at(word))) {
    refuse(parser, parser.peek().text.toUpperCase())
  }
  parser.expect('SELECT')
  if (parser.at('DISTINCT')) refuse(parser, 'SELECT DISTINCT')
  const items = [parseItem(parser)]
  while (parser.accept(',')) items.push(parseItem(parser))
  const table = parser.accept('FROM') ? parseTable(parser) : []
  const views: LateralView[] = []
  while (parser.at('LATERAL')) views.push(parseLateralView(parser))
  refuseRest(parser)
  const where = parser.accept('WHERE') ? parseExpression(parser) : null
  refuseRest(parser)
  parser.accept(';')
  if (parser.peek().kind !== 'end') {
    parser.fail(parser.peek(), `The query ends before ${describe(parser.peek())}.`)
  }
  return { items, table, views, where }
}

const parseItem = (parser: Parser): SelectItem => {
  const { at } = parser.peek()
  if (parser.accept('*')) return { kind: 'all', at }
  if (parser.atName() && parser.at('.', 1) && parser.at('*', 2)) {
    for (let token = 0; token < 3; token += 1) parser.next()
    return { kind: 'all', at }
  }
  const expression = parseExpression(parser)
  const alias = parser.accept('AS') || parser.atName() ? parser.name('an alias') : null
  return { kind: 'expression', expression, alias, at }
}

const parseTable = (parser: Parser): readonly string[] => {
  if (parser.at('(')) refuse(parser, 'A query inside a query')
  const parts = [parser.name('a table')]
  while (parser.accept('.')) parts.push(parser.name('a table'))
  refuseRest(parser)
  if (parser.accept('AS')) parser.name('an alias')
  else if (parser.atName() && !parser.at('LATERAL')) parser.next()
  return parts
}

const parseLateralView = (parser: Parser): LateralView => {
  const { at } = parser.expect('LATERAL')
  parser.expect('VIEW')
  const outer = parser.accept('OUTER')
  if (!parser.at('EXPLODE')) refuse(parser, 'A LATERAL VIEW of anything but EXPLODE')
  parser.next()
  parser.expect('(')
  const array = parseExpression(parser)
  parser.expect(')')
  if (parser.atName() && !parser.at('AS')) parser.next()
  parser.expect('AS')
  return { outer, array, alias: parser.name('an alias'), at }
}

const refuseRest = (parser: Parser): void => {
  for (const [word, what] of REFUSED) if (parser.at(word)) refuse(parser, what)
}

const refuse = (parser: Parser, what: string): never => {
  throw new EngineError('SQL-002', `${what} is not supported: write one SELECT over one table.`, {
    at: parser.peek().at,
  })
}
