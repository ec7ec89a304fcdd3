import { atEnd, giveUp, peek, problem, type Cursor } from './cursor.ts'

const ESCAPES: { readonly [character: string]: string } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Reads `"…"` with JSON's escapes or `"""…"""` as it stands. The cursor is at the first quote. */
export const readQuoted = (cursor: Cursor): string =>
  cursor.text.startsWith('"""', cursor.offset) ? readTripleQuoted(cursor) : readPlain(cursor)

const readTripleQuoted = (cursor: Cursor): string => {
  const start = cursor.offset + 3
  let end = cursor.text.indexOf('"""', start)
  if (end === -1) {
    cursor.diagnostics.error(
      'CFG-001',
      'The text that `"""` begins here is never closed; add `"""`.',
      cursor.placeAt(cursor.offset),
    )
    giveUp(cursor)
    return cursor.text.slice(start)
  }
  // Of four or more quotes at the end, the last three close the text.
  while (cursor.text[end + 3] === '"') end += 1
  cursor.offset = end + 3
  return cursor.text.slice(start, end)
}

const readPlain = (cursor: Cursor): string => {
  const open = cursor.offset
  let result = ''
  let chunkStart = open + 1
  cursor.offset = chunkStart
  for (;;) {
    const character = peek(cursor)
    if (character === '"') break
    if (atEnd(cursor) || character === '\n') {
      throw problem(
        cursor,
        'The string that begins here is not closed on its line; add `"`, or use `"""` for several lines.',
        open,
      )
    }
    if (character === '\\') {
      result += cursor.text.slice(chunkStart, cursor.offset) + readEscape(cursor)
      chunkStart = cursor.offset
    } else {
      cursor.offset += 1
    }
  }
  result += cursor.text.slice(chunkStart, cursor.offset)
  cursor.offset += 1
  return result
}

/** Reports an unknown escape and keeps its character, so that the rest is still read. */
const readEscape = (cursor: Cursor): string => {
  const start = cursor.offset
  const character = cursor.text[start + 1] ?? ''
  if (character === 'u') {
    const digits = cursor.text.slice(start + 2, start + 6)
    if (/^[0-9a-fA-F]{4}$/.test(digits)) {
      cursor.offset = start + 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
  }
  const escaped = ESCAPES[character]
  cursor.offset = start + (character === '' || character === '\n' ? 1 : 2)
  if (escaped !== undefined) return escaped
  const hint = character === 'u' ? 'four hexadecimal digits must follow' : 'write `\\\\`'
  cursor.diagnostics.error(
    'CFG-001',
    `\`\\${character === '\n' ? '' : character}\` is no escape in a quoted string; ${hint} (or use """…""").`,
    cursor.placeAt(start),
  )
  return character === '\n' ? '' : character
}
