import { EngineError, type Diagnostics } from '../../../runtime/errors/index.ts'
import type { SqlText, Token } from './scan.ts'

/** A table that stands for a source or a sink: `CREATE TABLE name WITH ('key' = 'value', …)`. */
export interface CreateTable {
  readonly kind: 'table'
  readonly name: Token
  readonly options: readonly (readonly [key: Token, value: Token])[]
}

/** `INSERT INTO target SELECT …` or `CREATE TABLE target AS SELECT …`. */
export interface Select {
  readonly kind: 'insert' | 'as'
  readonly target: Token
  /** The table that is read. */
  readonly from: Token
  /** The whole SELECT; undefined for `INSERT INTO target SELECT table`, which changes nothing. */
  readonly query: { readonly text: string; readonly start: number } | undefined
}

/** Reads the statements of a SQL job file; one that is malformed goes to `diagnostics`. */
export const parseStatements = (
  sql: SqlText,
  statements: readonly (readonly Token[])[],
  diagnostics: Diagnostics,
): (CreateTable | Select)[] =>
  statements.flatMap((tokens) => {
    try {
      return [parseStatement({ sql, tokens, at: 0 })]
    } catch (thrown) {
      diagnostics.caught(thrown, sql.placeAt(tokens[0]!.start))
      return []
    }
  })

interface Reader {
  readonly sql: SqlText
  readonly tokens: readonly Token[]
  at: number
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.quote === undefined && token.text.toUpperCase() === word

const expected = (reader: Reader, what: string): EngineError => {
  const token = reader.tokens[reader.at]
  const last = reader.tokens.at(-1)!
  const found = token === undefined ? 'the end of the statement' : `\`${token.text.slice(0, 40)}\``
  const at = reader.sql.placeAt(token?.start ?? last.end)
  return new EngineError('CFG-001', `Expected ${what} but found ${found}.`, { at })
}

const next = (reader: Reader, what: string, fits: (token: Token) => boolean): Token => {
  const token = reader.tokens[reader.at]
  if (token === undefined || !fits(token)) throw expected(reader, what)
  reader.at += 1
  return token
}

const word = (reader: Reader, text: string): Token =>
  next(reader, text, (token) => isWord(token, text))

const mark = (reader: Reader, text: string): Token =>
  next(reader, `\`${text}\``, (token) => token.kind === 'mark' && token.text === text)

const name = (reader: Reader): Token =>
  next(reader, 'the name of a table', (token) => token.kind === 'word')

const accept = (reader: Reader, text: string): boolean => {
  if (!isWord(reader.tokens[reader.at], text)) return false
  reader.at += 1
  return true
}

const parseStatement = (reader: Reader): CreateTable | Select => {
  if (accept(reader, 'INSERT')) {
    word(reader, 'INTO')
    const target = name(reader)
    return parseSelect(reader, 'insert', target)
  }
  if (!accept(reader, 'CREATE')) throw expected(reader, 'CREATE TABLE or INSERT INTO')
  word(reader, 'TABLE')
  if (accept(reader, 'IF')) {
    word(reader, 'NOT')
    word(reader, 'EXISTS')
  }
  const table = name(reader)
  if (accept(reader, 'AS')) return parseSelect(reader, 'as', table)
  if (!accept(reader, 'WITH')) throw expected(reader, 'WITH or AS')
  return { kind: 'table', name: table, options: parseOptions(reader) }
}

const parseOptions = (reader: Reader): CreateTable['options'] => {
  const options: (readonly [Token, Token])[] = []
  mark(reader, '(')
  while (reader.tokens[reader.at]?.text !== ')') {
    const key = next(reader, 'an option in quotes', (token) => token.kind !== 'mark')
    mark(reader, '=')
    const value = next(reader, 'a value in quotes', (token) => token.kind !== 'mark')
    options.push([key, value])
    if (reader.tokens[reader.at]?.text !== ',') break
    reader.at += 1
  }
  mark(reader, ')')
  if (reader.at < reader.tokens.length) throw expected(reader, '`;`')
  return options
}

const parseSelect = (reader: Reader, kind: Select['kind'], target: Token): Select => {
  const select = word(reader, 'SELECT')
  const rest = reader.tokens.slice(reader.at)
  const [only] = rest
  if (kind === 'insert' && rest.length === 1 && only!.kind === 'word') {
    return { kind, target, from: only!, query: undefined }
  }
  const from = tableAfterFrom(rest)
  if (from === undefined) {
    reader.at = reader.tokens.length
    throw expected(reader, 'FROM and a table')
  }
  const text = reader.sql.text.slice(select.start, reader.tokens.at(-1)!.end)
  return { kind, target, from, query: { text, start: select.start } }
}

/** The FROM of functions such as EXTRACT stands in brackets. */
const tableAfterFrom = (tokens: readonly Token[]): Token | undefined => {
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'mark' && token.text === '(') depth += 1
    else if (token.kind === 'mark' && token.text === ')') depth -= 1
    else if (depth === 0 && isWord(token, 'FROM')) {
      const table = tokens[index + 1]
      return table?.kind === 'word' ? table : undefined
    }
  }
  return undefined
}
