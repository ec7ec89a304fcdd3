import { peek, problem, shown, skipSpaces, type Cursor } from './cursor.ts'
import { parseKeyPath } from './keys.ts'
import type { HoconSubstitution } from './syntax.ts'

/** Reads `${a.b}`, `${?a.b}` or `${a.b:default}`. The cursor is at the dollar. */
export const parseSubstitution = (cursor: Cursor): HoconSubstitution => {
  const start = cursor.offset
  if (cursor.text[start + 1] !== '{') {
    throw problem(cursor, '`$` is not allowed outside quotes; put the text in double quotes.')
  }
  if (cursor.json) {
    throw problem(cursor, 'JSON needs double quotes around `${…}`.')
  }
  cursor.offset += 2
  const optional = peek(cursor) === '?'
  if (optional) cursor.offset += 1
  skipSpaces(cursor)
  const path = parseKeyPath(cursor).map((key) => key.name)
  let defaultText: string | undefined
  if (peek(cursor) === ':') {
    let stop = cursor.offset + 1
    while (stop < cursor.text.length && !'}\n'.includes(cursor.text[stop]!)) stop += 1
    defaultText = cursor.text.slice(cursor.offset + 1, stop)
    cursor.offset = stop
  }
  if (peek(cursor) !== '}') {
    throw problem(
      cursor,
      `Expected \`}\` at the end of the substitution but found ${shown(cursor)}.`,
    )
  }
  cursor.offset += 1
  return {
    kind: 'substitution',
    at: cursor.placeAt(start),
    path,
    optional,
    source: cursor.text.slice(start, cursor.offset),
    ...(defaultText === undefined ? {} : { defaultText }),
  }
}
