import { EngineError } from '../../errors/index.ts'
import { tokenize, type Token } from './tokens.ts'

/** Words that end an expression or an alias: they are names only in quotes. */
const RESERVED = new Set(
  (
    'SELECT FROM WHERE AND OR NOT IN LIKE BETWEEN IS NULL CASE WHEN THEN ELSE END AS LATERAL JOIN ' +
    'INNER CROSS ON GROUP ORDER HAVING LIMIT OFFSET UNION EXCEPT INTERSECT DISTINCT'
  ).split(' '),
)

/** True for a name that means itself when it is written without quotes. */
export const isPlainName = (name: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) &&
  !RESERVED.has(name.toUpperCase()) &&
  !/^(?:true|false|current_date|current_time|current_timestamp)$/i.test(name)

/** Walks over the tokens of one text. */
export interface Parser {
  readonly source: string
  peek(ahead?: number): Token
  next(): Token
  /** True when the token is this unquoted word, in any case, or this symbol. */
  at(text: string, ahead?: number): boolean
  /** Takes the word or symbol when it is next. */
  accept(text: string): boolean
  /** Takes the word or symbol; SQL-001 when something else is there. */
  expect(text: string): Token
  /** Takes a name: quoted, or a word that is not reserved. */
  name(what: string): string
  atName(ahead?: number): boolean
  /** Runs `parse` one level deeper; SQL-001 when the text nests too deep for the stack. */
  nested<Result>(parse: () => Result): Result
  fail(token: Token, sentence: string): never
}

const DEPTH_MAX = 200

export const makeParser = (text: string, source: string): Parser => {
  const tokens = tokenize(text, source)
  let position = 0
  let depth = 0
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)]!
  const next = (): Token => {
    const token = peek()
    position += 1
    return token
  }
  const fail = (token: Token, sentence: string): never => {
    throw new EngineError('SQL-001', sentence, { at: token.at })
  }
  const at = (wanted: string, ahead = 0): boolean => {
    const token = peek(ahead)
    if (token.kind === 'symbol') return token.text === wanted
    return token.kind === 'word' && token.text.toUpperCase() === wanted
  }
  const accept = (wanted: string): boolean => {
    const found = at(wanted)
    if (found) position += 1
    return found
  }
  const expect = (wanted: string): Token =>
    at(wanted) ? next() : fail(peek(), `Expected ${wanted} but found ${describe(peek())}.`)
  const atName = (ahead = 0): boolean => {
    const token = peek(ahead)
    if (token.kind === 'quoted') return true
    return token.kind === 'word' && !RESERVED.has(token.text.toUpperCase())
  }
  const name = (what: string): string =>
    atName() ? next().text : fail(peek(), `Expected ${what} but found ${describe(peek())}.`)
  const nested = <Result>(parse: () => Result): Result => {
    depth += 1
    if (depth > DEPTH_MAX) fail(peek(), `The expression nests deeper than ${DEPTH_MAX} levels.`)
    const result = parse()
    depth -= 1
    return result
  }
  return { source, peek, next, at, accept, expect, name, atName, nested, fail }
}

/** How a message names a token. */
export const describe = (token: Token): string =>
  token.kind === 'end' ? 'the end of the text' : `"${token.text}"`
