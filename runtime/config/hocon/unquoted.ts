import { isSpace, type Cursor } from './cursor.ts'

/** HOCON's characters that text outside quotes cannot hold. */
const RESERVED = new Set('$"{}[]:=,+#`^?!@*&\\')
const NUMBER = /^-?\d+(\.\d*)?([eE][+-]?\d+)?$/
const NUMBER_BEFORE_SIGN = /^-?\d+(\.\d*)?[eE]$/

/** Whether text outside quotes may go on at `offset`. */
export const isUnquotedAt = (text: string, offset: number): boolean => {
  const character = text[offset]
  if (character === undefined || character === '\n' || RESERVED.has(character)) return false
  if (character === '/' && text[offset + 1] === '/') return false
  return !isSpace(character) && (character > '\x1f' || character === '\t') && character !== '\x7f'
}

/** Reads text outside quotes up to white space or a reserved character; empty where none stands. */
export const readUnquoted = (cursor: Cursor): string => {
  const { text } = cursor
  const start = cursor.offset
  for (;;) {
    if (isUnquotedAt(text, cursor.offset)) cursor.offset += 1
    else if (
      text[cursor.offset] === '+' &&
      NUMBER_BEFORE_SIGN.test(text.slice(start, cursor.offset))
    ) {
      cursor.offset += 1
    } else {
      return text.slice(start, cursor.offset)
    }
  }
}

/** What text outside quotes stands for: a number, a boolean, null, or itself. */
export const literalOf = (text: string): string | number | boolean | null => {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text === 'null') return null
  return NUMBER.test(text) ? Number(text) : text
}

export const isLiteral = (text: string): boolean => typeof literalOf(text) !== 'string'
