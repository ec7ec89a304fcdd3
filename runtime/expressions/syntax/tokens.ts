import { EngineError, type Place } from '../../errors/index.ts'

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The text of a word, number or symbol; the content of a string or quoted name. */
  readonly text: string
  readonly at: Place
}

const BLANK = /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y
const WORD = /[\p{L}_@#$][\p{L}\p{N}_@#$]*/uy
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const SYMBOL = /<=|>=|<>|!=|\|\||==|[-+*/%=<>(),.[\];]/y
const QUOTES = `'"\``

/**
 * The tokens of `text`, ended by one of kind `end`. `source` names the text in places. Throws
 * SQL-001 for a character that starts no token and for a quote that is not closed.
 */
export const tokenize = (text: string, source: string): readonly Token[] => {
  const tokens: Token[] = []
  const placeOf = placesIn(text, source)
  let offset = 0
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset
    const taken = pattern.exec(text)?.[0] ?? null
    if (taken !== null) offset += taken.length
    return taken
  }
  while (true) {
    if (take(BLANK) !== null) continue
    const at = placeOf(offset)
    if (offset >= text.length) {
      tokens.push({ kind: 'end', text: '', at })
      return tokens
    }
    if (QUOTES.includes(text[offset]!)) {
      const quoted = readQuoted(text, offset, at)
      offset = quoted.end
      tokens.push({
        kind: text[quoted.end - 1] === "'" ? 'string' : 'quoted',
        text: quoted.text,
        at,
      })
      continue
    }
    const word = take(WORD)
    if (word !== null) {
      tokens.push({ kind: 'word', text: word, at })
      continue
    }
    const number = take(NUMBER)
    const symbol = number ?? take(SYMBOL)
    if (symbol === null) {
      throw new EngineError('SQL-001', `The character "${text[offset]}" does not belong here.`, {
        at,
      })
    }
    tokens.push({ kind: number === null ? 'symbol' : 'number', text: symbol, at })
  }
}

/** The content of a string or name in quotes; a quote inside is written twice. */
const readQuoted = (text: string, start: number, at: Place): { text: string; end: number } => {
  const quote = text[start]!
  let content = ''
  let from = start + 1
  while (true) {
    const close = text.indexOf(quote, from)
    if (close === -1) {
      throw new EngineError('SQL-001', `The quote ${quote} that starts here is not closed.`, { at })
    }
    content += text.slice(from, close)
    if (text[close + 1] !== quote) return { text: content, end: close + 1 }
    content += quote
    from = close + 2
  }
}

/** Places by offset, for offsets that only grow. */
const placesIn = (text: string, file: string): ((offset: number) => Place) => {
  let line = 1
  let lineStart = 0
  let seen = 0
  return (offset) => {
    for (; seen < offset; seen += 1) {
      if (text[seen] !== '\n') continue
      line += 1
      lineStart = seen + 1
    }
    return { file, line, column: offset - lineStart + 1 }
  }
}
