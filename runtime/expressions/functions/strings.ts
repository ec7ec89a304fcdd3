import { formatText, type DataType, type Value } from '../../rows/index.ts'
import { BIGINT, INT, STRING } from '../types.ts'
import type { FunctionSpec } from './spec.ts'

const encoder = new TextEncoder()

const byteLength = (text: string): number => encoder.encode(text).length

/** The text brought to `length` characters: cut, or filled with the first character of `filling`. */
const pad = (text: string, length: number, filling: string | null, atEnd: boolean): string => {
  const target = Math.max(length, 0)
  if (target <= text.length) return text.slice(0, target)
  const filler = filling === null || filling === '' ? ' ' : filling[0]!
  return atEnd ? text.padEnd(target, filler) : text.padStart(target, filler)
}

const trim = (text: string, character: string | null, start: boolean, end: boolean): string => {
  const cut = character === null || character === '' ? ' ' : character[0]!
  let from = 0
  let to = text.length
  if (start) while (from < to && text[from] === cut) from += 1
  if (end) while (to > from && text[to - 1] === cut) to -= 1
  return text.slice(from, to)
}

/** Counts from 1, from the end when `start` is negative; null when nothing is left. */
const substring = (text: string, start: number, length: number | null): string | null => {
  const first = start === 0 ? 1 : start < 0 ? text.length + start + 1 : start
  const last = length === null ? text.length + 1 : Math.min(first + length, text.length + 1)
  const from = Math.max(first, 1)
  return from > text.length || last <= from ? null : text.slice(from - 1, last - 1)
}

const insert = (
  text: string | null,
  start: number,
  length: number,
  added: string | null,
): string | null => {
  if (text === null || added === null) return text ?? added
  const from = start - 1
  if (from < 0 || length <= 0 || added === '' || from > text.length) return text
  return text.slice(0, from) + added + text.slice(from + length)
}

/** Bytes by two digits each; anything else by its text, four digits for each character. */
const hexOf =
  (type: DataType) =>
  (value: Value): string => {
    if (type.kind === 'bytes') return (value as Uint8Array).toHex()
    const text = formatText(type, value)
    return Array.from({ length: text.length }, (_, index) =>
      text.charCodeAt(index).toString(16).padStart(4, '0'),
    ).join('')
  }

/** No function makes a longer text out of a number in a query or row. */
const REPEATED_MAX = 16 * 1024 * 1024

export const STRING_FUNCTIONS: readonly FunctionSpec[] = [
  {
    names: ['ASCII'],
    parameters: ['string'],
    type: INT,
    make: () => (text: string) => (text === '' ? null : text.charCodeAt(0)),
  },
  {
    names: ['BIT_LENGTH'],
    parameters: ['string'],
    type: BIGINT,
    make: () => (text: string) => BigInt(byteLength(text) * 8),
  },
  {
    names: ['CHAR_LENGTH', 'LENGTH'],
    parameters: ['string'],
    type: BIGINT,
    make: () => (text: string) => BigInt(text.length),
  },
  {
    names: ['OCTET_LENGTH'],
    parameters: ['string'],
    type: BIGINT,
    make: () => (text: string) => BigInt(byteLength(text)),
  },
  {
    names: ['CHAR', 'CHR'],
    parameters: ['integer'],
    type: STRING,
    make: () => (code: number) => String.fromCharCode(code),
  },
  {
    names: ['CONCAT_WS'],
    parameters: ['string', 'string'],
    rest: 'string',
    type: STRING,
    seesNulls: true,
    make:
      () =>
      (separator: string | null, ...texts: (string | null)[]) =>
        texts.filter((text) => text !== null).join(separator ?? ''),
  },
  {
    names: ['HEXTORAW'],
    parameters: ['string'],
    type: STRING,
    fallible: true,
    make: (call) => (hex: string) => {
      if (!/^(?:[0-9a-fA-F]{4})*$/.test(hex)) {
        call.fail(`HEXTORAW needs four hexadecimal digits for each character, not "${hex}".`)
      }
      return hex.replace(/.{4}/g, (code) => String.fromCharCode(Number.parseInt(code, 16)))
    },
  },
  {
    names: ['RAWTOHEX'],
    parameters: ['any'],
    type: STRING,
    make: ({ args }) => hexOf(args[0]!.type),
  },
  {
    names: ['INSERT'],
    parameters: ['string', 'integer', 'integer', 'string'],
    type: STRING,
    seesNulls: true,
    make: () => insert,
  },
  {
    names: ['LOWER', 'LCASE'],
    parameters: ['string'],
    type: STRING,
    make: () => (text: string) => text.toLowerCase(),
  },
  {
    names: ['UPPER', 'UCASE'],
    parameters: ['string'],
    type: STRING,
    make: () => (text: string) => text.toUpperCase(),
  },
  {
    names: ['LEFT'],
    parameters: ['string', 'integer'],
    type: STRING,
    make: () => (text: string, count: number) => text.slice(0, Math.max(count, 0)),
  },
  {
    names: ['RIGHT'],
    parameters: ['string', 'integer'],
    type: STRING,
    make: () => (text: string, count: number) =>
      text.slice(Math.max(text.length - Math.max(count, 0), 0)),
  },
  {
    names: ['LPAD', 'RPAD'],
    parameters: ['string', 'integer'],
    optional: ['string'],
    type: STRING,
    make: (call) => {
      const atEnd = call.name === 'RPAD'
      return (text: string, length: number, filling: string | null = null) =>
        pad(text, Math.min(length, REPEATED_MAX), filling, atEnd)
    },
  },
  {
    names: ['LTRIM', 'RTRIM', 'TRIM'],
    parameters: ['string'],
    optional: ['string'],
    type: STRING,
    make: ({ name }) => {
      const start = name !== 'RTRIM'
      const end = name !== 'LTRIM'
      return (text: string, character: string | null = null) => trim(text, character, start, end)
    },
  },
  {
    names: ['REPEAT'],
    parameters: ['string', 'integer'],
    type: STRING,
    fallible: true,
    make: (call) => (text: string, count: number) => {
      if (text.length * count > REPEATED_MAX) {
        call.fail(`REPEAT would make a text of more than ${REPEATED_MAX} characters.`)
      }
      return text.repeat(Math.max(count, 0))
    },
  },
  {
    names: ['SPACE'],
    parameters: ['integer'],
    type: STRING,
    make: () => (count: number) => ' '.repeat(Math.min(Math.max(count, 0), REPEATED_MAX)),
  },
  {
    names: ['SUBSTRING', 'SUBSTR'],
    parameters: ['string', 'integer'],
    optional: ['integer'],
    type: STRING,
    make:
      () =>
      (text: string, start: number, length: number | null = null) =>
        substring(text, start, length),
  },
]
