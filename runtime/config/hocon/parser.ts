import type { Diagnostics, Place } from '../../errors/index.ts'
import {
  atComment,
  atEnd,
  nested,
  peek,
  problem,
  recover,
  shown,
  skipBlank,
  skipSpaces,
  type Cursor,
} from './cursor.ts'
import { atInclude, parseInclude } from './includeStatement.ts'
import { parseKeyPath } from './keys.ts'
import { readQuoted } from './strings.ts'
import { parseSubstitution } from './substitutions.ts'
import type { HoconField, HoconInclude, HoconObject, HoconPiece, HoconValue } from './syntax.ts'
import { isLiteral, readUnquoted } from './unquoted.ts'

/**
 * Parses a whole HOCON text, whose root is an object with or without braces. Problems go to
 * `diagnostics`; what could be read is returned.
 */
export const parseHocon = (
  text: string,
  placeAt: (offset: number) => Place,
  diagnostics: Diagnostics,
  json = false,
): HoconObject => {
  const cursor: Cursor = { text, offset: 0, depth: 0, gaveUp: false, placeAt, diagnostics, json }
  skipBlank(cursor)
  const at = placeAt(cursor.offset)
  if (peek(cursor) === '[') {
    diagnostics.error('CFG-001', 'A configuration must be an object, not an array.', at)
    return { kind: 'object', at, fields: [] }
  }
  if (peek(cursor) !== '{') {
    if (json) diagnostics.error('CFG-001', `Expected \`{\` but found ${shown(cursor)}.`, at)
    return { kind: 'object', at, fields: json ? [] : parseFields(cursor) }
  }
  const root = parseObject(cursor)
  skipBlank(cursor)
  if (!atEnd(cursor)) {
    const extra = `Expected nothing after the closing brace but found ${shown(cursor)}.`
    diagnostics.error('CFG-001', extra, placeAt(cursor.offset))
  }
  return root
}

/** Parses one value that fills the whole text, such as a list given on the command line. */
export const parseHoconValue = (
  text: string,
  placeAt: (offset: number) => Place,
  diagnostics: Diagnostics,
): HoconValue | undefined => {
  const cursor: Cursor = {
    text,
    offset: 0,
    depth: 0,
    gaveUp: false,
    placeAt,
    diagnostics,
    json: false,
  }
  try {
    skipBlank(cursor)
    const value = parseValue(cursor)
    skipBlank(cursor)
    if (!atEnd(cursor)) throw problem(cursor, `Expected nothing more but found ${shown(cursor)}.`)
    return value
  } catch (thrown) {
    diagnostics.caught(thrown, placeAt(cursor.offset))
    return undefined
  }
}

const parseObject = (cursor: Cursor): HoconObject =>
  nested(cursor, () => {
    const open = cursor.offset
    cursor.offset += 1
    return { kind: 'object', at: cursor.placeAt(open), fields: parseFields(cursor, open) }
  })

/** Parses to the closing brace of the object that `open` began, or to the end at the root. */
const parseFields = (cursor: Cursor, open?: number): (HoconField | HoconInclude)[] => {
  const fields: (HoconField | HoconInclude)[] = []
  for (;;) {
    skipBlank(cursor)
    const start = cursor.offset
    if (atEnd(cursor)) {
      if (open !== undefined) reportUnclosed(cursor, '{', '}', open)
      return fields
    }
    if (peek(cursor) === '}' && open !== undefined) {
      cursor.offset += 1
      return fields
    }
    try {
      fields.push(atInclude(cursor) ? parseInclude(cursor) : parseField(cursor))
      skipSeparator(cursor)
    } catch (thrown) {
      cursor.diagnostics.caught(thrown, cursor.placeAt(start))
      recover(cursor)
      if (cursor.offset === start) cursor.offset += 1
    }
  }
}

const reportUnclosed = (cursor: Cursor, opening: string, closing: string, open: number): void => {
  // One is enough: what encloses it is not closed either.
  if (cursor.gaveUp) return
  cursor.gaveUp = true
  const message = `The \`${opening}\` here is never closed; add \`${closing}\`.`
  cursor.diagnostics.error('CFG-001', message, cursor.placeAt(open))
}

const parseField = (cursor: Cursor): HoconField => {
  const keyStart = cursor.offset
  const path = parseKeyPath(cursor)
  const keyEnd = cursor.offset
  const keyText = cursor.text.slice(keyStart, keyEnd).trim()
  const crossedLine = skipBlank(cursor)
  const appending = cursor.text.startsWith('+=', cursor.offset)
  if (appending) cursor.offset += 2
  else if (peek(cursor) === '=' || peek(cursor) === ':') cursor.offset += 1
  else if (peek(cursor) !== '{') {
    const found = crossedLine ? 'the end of the line' : shown(cursor)
    if (crossedLine) cursor.offset = keyEnd
    throw problem(
      cursor,
      `Expected \`=\`, \`:\` or \`{\` after the key \`${keyText}\` but found ${found}.`,
      crossedLine ? keyStart : cursor.offset,
    )
  }
  skipBlank(cursor)
  if (atEnd(cursor) || '},]'.includes(peek(cursor))) {
    throw problem(
      cursor,
      `The key \`${keyText}\` has no value; give it one or remove it.`,
      keyStart,
    )
  }
  const value = parseValue(cursor)
  return { kind: 'field', path, value: appending ? appended(value) : value }
}

const appended = (value: HoconValue): HoconValue => ({
  at: value.at,
  pieces: [
    { kind: 'previous', at: value.at },
    { kind: 'array', at: value.at, items: [value] },
  ],
})

/** Skips what parts two fields or items: a newline, a comma, or both. */
const skipSeparator = (cursor: Cursor): void => {
  const sawNewline = skipBlank(cursor)
  if (peek(cursor) === ',') {
    cursor.offset += 1
    return
  }
  if (sawNewline || atEnd(cursor) || peek(cursor) === '}' || peek(cursor) === ']') return
  throw problem(
    cursor,
    `Expected a comma or a new line but found ${shown(cursor)}; text with such characters needs double quotes.`,
  )
}

const parseItems = (cursor: Cursor): HoconPiece =>
  nested(cursor, () => {
    const open = cursor.offset
    const items: HoconValue[] = []
    const result = { kind: 'array', at: cursor.placeAt(open), items } as const
    cursor.offset += 1
    for (;;) {
      skipBlank(cursor)
      const start = cursor.offset
      if (atEnd(cursor)) {
        reportUnclosed(cursor, '[', ']', open)
        return result
      }
      if (peek(cursor) === ']') {
        cursor.offset += 1
        return result
      }
      if (peek(cursor) === '}') {
        throw problem(cursor, 'The `[` here is closed by `}`; close it with `]`.', open)
      }
      try {
        items.push(parseValue(cursor))
        skipSeparator(cursor)
      } catch (thrown) {
        cursor.diagnostics.caught(thrown, cursor.placeAt(start))
        recover(cursor)
        if (cursor.offset === start) cursor.offset += 1
      }
    }
  })

const parseValue = (cursor: Cursor): HoconValue => {
  const at = cursor.placeAt(cursor.offset)
  const pieces: HoconPiece[] = []
  const seen: SeenKinds = { solid: undefined, text: false }
  for (;;) {
    const start = cursor.offset
    skipSpaces(cursor)
    if (atEnd(cursor) || '\n,}]'.includes(peek(cursor)) || atComment(cursor)) break
    if (pieces.length > 0 && cursor.offset > start) {
      pieces.push({ kind: 'space', text: cursor.text.slice(start, cursor.offset) })
    }
    refuseMixed(cursor, seen)
    const piece = parsePiece(cursor)
    if (piece.kind === 'object' || piece.kind === 'array') seen.solid = piece.kind
    else if (piece.kind === 'text') seen.text = true
    pieces.push(piece)
  }
  if (pieces.length === 0) {
    throw problem(cursor, `Expected a value but found ${shown(cursor)}.`)
  }
  return { at, pieces }
}

/** What of a value was read before the piece that comes. */
interface SeenKinds {
  solid: 'object' | 'array' | undefined
  text: boolean
}

/** Objects and arrays join with their like and with substitutions only. */
const refuseMixed = (cursor: Cursor, { solid, text }: SeenKinds): void => {
  const next = peek(cursor)
  const isOpening = next === '{' || next === '['
  if (solid === undefined && !(text && isOpening)) return
  if (next === '$' || (solid === 'object' && next === '{')) return
  if (solid === 'array' && next === '[') return
  throw problem(
    cursor,
    `Expected a comma or a new line before ${shown(cursor)}: text, objects and arrays cannot be joined.`,
  )
}

const parsePiece = (cursor: Cursor): HoconPiece => {
  const start = cursor.offset
  switch (peek(cursor)) {
    case '{':
      return parseObject(cursor)
    case '[':
      return parseItems(cursor)
    case '"':
      return {
        kind: 'text',
        at: cursor.placeAt(start),
        text: readQuoted(cursor),
        quoted: true,
      }
    case '$':
      return parseSubstitution(cursor)
    default:
  }
  const text = readUnquoted(cursor)
  if (text === '') {
    throw problem(
      cursor,
      `${shown(cursor)} is not allowed outside quotes; put the text in double quotes.`,
    )
  }
  if (cursor.json && !isLiteral(text)) {
    throw problem(cursor, `JSON needs double quotes around \`${text}\`.`, start)
  }
  return { kind: 'text', at: cursor.placeAt(start), text, quoted: false }
}
