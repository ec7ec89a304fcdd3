import { peek, problem, shown, skipBlank, skipSpaces, type Cursor } from './cursor.ts'
import { readQuoted } from './strings.ts'
import type { HoconInclude } from './syntax.ts'

const INCLUDE = /include[ \t]+("|(required|file|url|classpath)[ \t]*\()/y

/** Whether an include begins here, and not a key such as `include_fields`. */
export const atInclude = (cursor: Cursor): boolean => {
  INCLUDE.lastIndex = cursor.offset
  return INCLUDE.test(cursor.text)
}

/** Reads `include "f"`, `include file("f")` and `include required(…)`. Others are refused. */
export const parseInclude = (cursor: Cursor): HoconInclude => {
  const at = cursor.placeAt(cursor.offset)
  if (cursor.json) throw problem(cursor, 'JSON cannot include other files.')
  cursor.offset += 'include'.length
  skipSpaces(cursor)
  const required = cursor.text.startsWith('required', cursor.offset)
  const file = required
    ? inBrackets(cursor, 'required', () => readResource(cursor))
    : readResource(cursor)
  return { kind: 'include', at, file, required }
}

const inBrackets = <Result>(cursor: Cursor, word: string, body: () => Result): Result => {
  cursor.offset += word.length
  skipSpaces(cursor)
  expect(cursor, '(')
  skipBlank(cursor)
  const result = body()
  skipBlank(cursor)
  expect(cursor, ')')
  return result
}

const expect = (cursor: Cursor, character: string): void => {
  if (peek(cursor) !== character) {
    throw problem(cursor, `Expected \`${character}\` in the include but found ${shown(cursor)}.`)
  }
  cursor.offset += 1
}

const readResource = (cursor: Cursor): string => {
  const word = /[a-z]*/y
  word.lastIndex = cursor.offset
  const kind = word.exec(cursor.text)![0]
  if (kind === 'url' || kind === 'classpath') {
    throw problem(
      cursor,
      `\`include ${kind}(…)\` is not supported; only files beside this one can be included.`,
    )
  }
  if (kind === 'file') return inBrackets(cursor, 'file', () => readName(cursor))
  return readName(cursor)
}

const readName = (cursor: Cursor): string => {
  if (peek(cursor) !== '"') {
    throw problem(cursor, `Expected a file name in double quotes but found ${shown(cursor)}.`)
  }
  return readQuoted(cursor)
}
