import { EngineError, type Diagnostics, type Place } from '../../errors/index.ts'

/** A position in a text that is being parsed. */
export interface Cursor {
  readonly text: string
  offset: number
  /** How many objects and arrays are open. */
  depth: number
  /** Set when the rest of the text is not read, so that what is open then is no further problem. */
  gaveUp: boolean
  readonly placeAt: (offset: number) => Place
  readonly diagnostics: Diagnostics
  /** Only JSON's own values; comments and trailing commas are still allowed. */
  readonly json: boolean
}

/** Deeper texts are refused, so that recursion stays within the stack. */
export const DEPTH_MAX = 200
/** After so many problems the rest of a text is not looked at. */
const PROBLEMS_MAX = 50

/** Makes the function that turns an offset in `text` into a line and column, counted from 1. */
export const placesIn = (text: string, file: string): ((offset: number) => Place) => {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1)
  }
  return (offset) => {
    let low = 0
    let high = lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (lineStarts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - lineStarts[low]! + 1 }
  }
}

export const problem = (cursor: Cursor, message: string, offset = cursor.offset): EngineError =>
  new EngineError('CFG-001', message, { at: cursor.placeAt(offset) })

/** Counts one more open object or array while `body` runs. */
export const nested = <Result>(cursor: Cursor, body: () => Result): Result => {
  if (cursor.depth >= DEPTH_MAX) {
    cursor.diagnostics.error(
      'CFG-001',
      `Objects and arrays are nested deeper than ${DEPTH_MAX} levels; flatten the text.`,
      cursor.placeAt(cursor.offset),
    )
    giveUp(cursor)
  }
  cursor.depth += 1
  try {
    return body()
  } finally {
    cursor.depth -= 1
  }
}

/** Leaves the rest of the text unread. */
export const giveUp = (cursor: Cursor): void => {
  cursor.offset = cursor.text.length
  cursor.gaveUp = true
}

export const atEnd = (cursor: Cursor): boolean => cursor.offset >= cursor.text.length

export const peek = (cursor: Cursor): string => cursor.text[cursor.offset] ?? ''

const SPACE = /[\p{Z}\t\v\f\r\ufeff]/u
/** Java's separators of files, groups, records and units count as white space too. */
const isJavaSeparator = (character: string): boolean =>
  character >= '\u001c' && character <= '\u001f'

/** White space of HOCON without the newline: all of Unicode's, and the byte order mark. */
export const isSpace = (character: string): boolean =>
  character === ' ' || SPACE.test(character) || isJavaSeparator(character)

export const atComment = (cursor: Cursor): boolean => {
  const character = peek(cursor)
  return character === '#' || (character === '/' && cursor.text[cursor.offset + 1] === '/')
}

export const skipSpaces = (cursor: Cursor): void => {
  while (isSpace(peek(cursor))) cursor.offset += 1
}

/** Skips white space, comments and newlines; tells whether there was a newline. */
export const skipBlank = (cursor: Cursor): boolean => {
  let sawNewline = false
  for (;;) {
    skipSpaces(cursor)
    if (peek(cursor) === '\n') {
      sawNewline = true
      cursor.offset += 1
    } else if (atComment(cursor)) {
      const end = cursor.text.indexOf('\n', cursor.offset)
      cursor.offset = end === -1 ? cursor.text.length : end
    } else {
      return sawNewline
    }
  }
}

/** The character at the cursor as a message shows it. */
export const shown = (cursor: Cursor): string => {
  if (atEnd(cursor)) return 'the end of the text'
  const code = cursor.text.codePointAt(cursor.offset)!
  if (code === 10) return 'the end of the line'
  if (code < 32 || code === 127) {
    return `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  }
  return `\`${String.fromCodePoint(code)}\``
}

/**
 * Goes on after a problem: to the end of the line, or before a comma or bracket that belongs to an
 * enclosing object or array.
 */
export const recover = (cursor: Cursor): void => {
  if (cursor.diagnostics.all.length >= PROBLEMS_MAX) {
    giveUp(cursor)
    return
  }
  let depth = 0
  while (!atEnd(cursor)) {
    const character = peek(cursor)
    if (character === '"') {
      skipString(cursor)
      continue
    }
    if (depth === 0 && (character === '\n' || character === ',')) break
    if (character === '{' || character === '[') depth += 1
    if (character === '}' || character === ']') {
      if (depth === 0) break
      depth -= 1
    }
    cursor.offset += 1
  }
  skipBlank(cursor)
  if (peek(cursor) === ',') cursor.offset += 1
}

/** Skips a string that may be malformed: at most to the end of its line. */
const skipString = (cursor: Cursor): void => {
  cursor.offset += 1
  while (!atEnd(cursor) && peek(cursor) !== '"' && peek(cursor) !== '\n') {
    cursor.offset += peek(cursor) === '\\' ? 2 : 1
  }
  if (peek(cursor) === '"') cursor.offset += 1
}
