import { EngineError, type Place } from '../../../runtime/errors/index.ts'

export interface Token {
  readonly kind: 'word' | 'text' | 'mark'
  /** A word or mark as written; a text without its quotes, doubled quotes undone. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Of a quoted token: `'` a value, `"` or a backquote a name. */
  readonly quote?: string
}

export interface SqlText {
  readonly text: string
  readonly placeAt: (offset: number) => Place
}

export interface ScannedSql {
  /** The tokens of each statement, without the semicolon. */
  readonly statements: readonly (readonly Token[])[]
  /** Where the text of a `/* config … *\/` comment begins and ends. */
  readonly config: { readonly start: number; readonly end: number } | undefined
}

const WORD = /[\p{L}\p{N}_.$]+/uy
const BLANK = /\s+/y

/** Splits a SQL job file into tokens. Throws CFG-001 for a quote or comment that is never closed. */
export const scanSql = ({ text, placeAt }: SqlText): ScannedSql => {
  const statements: Token[][] = []
  let current: Token[] = []
  let config: ScannedSql['config']
  let at = 0
  while (at < text.length) {
    BLANK.lastIndex = at
    if (BLANK.test(text)) {
      at = BLANK.lastIndex
    } else if (text.startsWith('--', at)) {
      const end = text.indexOf('\n', at)
      at = end === -1 ? text.length : end
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2)
      if (end === -1) throw unclosed('comment', '*/', placeAt(at))
      const header = /^\s*config(?=\s)/.exec(text.slice(at + 2, end))
      if (header !== null && config === undefined) {
        config = { start: at + 2 + header[0].length, end }
      }
      at = end + 2
    } else if (text[at] === ';') {
      if (current.length > 0) statements.push(current)
      current = []
      at += 1
    } else {
      const token = readToken(text, at, placeAt)
      current.push(token)
      at = token.end
    }
  }
  if (current.length > 0) statements.push(current)
  return { statements, config }
}

const unclosed = (what: string, closing: string, at: Place): EngineError =>
  new EngineError('CFG-001', `The ${what} that begins here is never closed; add \`${closing}\`.`, {
    at,
  })

const readToken = (text: string, start: number, placeAt: SqlText['placeAt']): Token => {
  const first = text[start]!
  if (first === "'" || first === '"' || first === '`') {
    let end = text.indexOf(first, start + 1)
    while (end !== -1 && text[end + 1] === first) end = text.indexOf(first, end + 2)
    if (end === -1) throw unclosed('text', first, placeAt(start))
    const content = text.slice(start + 1, end).replaceAll(first + first, first)
    const kind = first === "'" ? 'text' : 'word'
    return { kind, text: content, start, end: end + 1, quote: first }
  }
  WORD.lastIndex = start
  const word = WORD.exec(text)?.[0]
  return word === undefined
    ? { kind: 'mark', text: first, start, end: start + 1 }
    : { kind: 'word', text: word, start, end: start + word.length }
}

/**
 * Turns an offset in the content of a quoted token into its place in the file: each doubled quote is
 * one character of the content.
 */
export const placeInside = (
  { text, placeAt }: SqlText,
  token: Token,
): ((offset: number) => Place) => {
  const doubled: number[] = []
  const quote = token.quote ?? ''
  const raw = text.slice(token.start + 1, token.end - 1)
  for (let at = raw.indexOf(quote + quote); at !== -1; at = raw.indexOf(quote + quote, at + 2)) {
    doubled.push(at - doubled.length)
  }
  return (offset) =>
    placeAt(token.start + 1 + offset + doubled.filter((each) => each < offset).length)
}
