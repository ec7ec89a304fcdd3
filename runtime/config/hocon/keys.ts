import { isSpace, peek, problem, shown, DEPTH_MAX, type Cursor } from './cursor.ts'
import { readQuoted } from './strings.ts'
import type { HoconKey } from './syntax.ts'
import { isUnquotedAt } from './unquoted.ts'

/**
 * Reads `a.b."c.d"`: dots outside quotes part the elements. White space within an element is part
 * of it. Stops before what cannot be part of a key.
 */
export const parseKeyPath = (cursor: Cursor): HoconKey[] => {
  const start = cursor.offset
  const keys: HoconKey[] = []
  let element: string | undefined
  let elementStart = start
  let spaces = ''
  const append = (text: string): void => {
    element = element === undefined ? text : element + spaces + text
    spaces = ''
  }
  const finish = (): void => {
    if (element === undefined) {
      throw problem(cursor, 'A key has nothing before or after one of its dots; remove the dot.')
    }
    keys.push({ name: element, at: cursor.placeAt(elementStart) })
    element = undefined
    spaces = ''
  }
  for (;;) {
    const character = peek(cursor)
    if (element === undefined) elementStart = cursor.offset
    if (character === '"') append(readQuoted(cursor))
    else if (character === '.' && !cursor.json) {
      finish()
      cursor.offset += 1
    } else if (isSpace(character)) {
      spaces += character
      cursor.offset += 1
    } else if (!cursor.json && isUnquotedAt(cursor.text, cursor.offset)) {
      append(character)
      cursor.offset += 1
    } else break
  }
  if (element === undefined && keys.length === 0) {
    throw problem(cursor, `Expected a key but found ${shown(cursor)}.`)
  }
  finish()
  if (keys.length + cursor.depth > DEPTH_MAX) {
    throw problem(cursor, `A key makes more than ${DEPTH_MAX} levels; shorten it.`, start)
  }
  return keys
}
