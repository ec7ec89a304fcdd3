import { BIGINT, BOOLEAN, INT, STRING } from '../types.ts'
import { javaRegex, javaReplacement } from './javaRegex.ts'
import { murmur64 } from './murmur.ts'
import { soundex } from './soundex.ts'
import type { FunctionCall, FunctionSpec } from './spec.ts'

/** Positions count from 1 and 0 is "not there"; a negative start searches from the end. */
const locate = (text: string | null, wanted: string | null, start: number): number | null => {
  if (text === null) return 0
  if (wanted === null) return null
  if (start < 0) return text.lastIndexOf(wanted, text.length + start) + 1
  return text.indexOf(wanted, start === 0 ? 0 : start - 1) + 1
}

const replaceAll = (text: string, wanted: string, replacement: string | null): string =>
  wanted === '' ? text : text.replaceAll(wanted, () => replacement ?? '')

/** Characters of `from` become those of `to` in the same place; those without one stay. */
const translate = (text: string, from: string, to: string): string =>
  text.replace(/[\s\S]/g, (character) => {
    const index = from.indexOf(character)
    return index === -1 || index >= to.length ? character : to[index]!
  })

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['i', 'i'],
  ['n', 's'],
  ['m', 'm'],
])

/** SQL's flags as JavaScript's: `c` takes back an `i` before it. */
const flagsOf = (flags: string | null, call: FunctionCall): string => {
  const all = new Set<string>()
  for (const flag of flags ?? '') {
    const own = FLAGS.get(flag)
    if (flag === 'c') all.delete('i')
    else if (own === undefined) call.fail(`${call.name} knows no flag "${flag}": use i, c, n, m.`)
    else all.add(own)
  }
  return [...all].join('')
}

type Compile = (pattern: string, flags: string | null) => RegExp

/**
 * Compiles patterns and keeps the last one: nearly always it is the same for all rows. One that is
 * written in the query and no expression is refused before the first row.
 */
const patterns = (call: FunctionCall, extraFlags: string): Compile => {
  const written = call.args[1]!.constant
  if (typeof written === 'string') javaRegex(written, '', call.at)
  let lastPattern: string | null = null
  let lastFlags: string | null = null
  let regex = /(?:)/
  return (pattern, flags) => {
    if (pattern !== lastPattern || flags !== lastFlags) {
      regex = javaRegex(pattern, flagsOf(flags, call) + extraFlags, call.at)
      lastPattern = pattern
      lastFlags = flags
    }
    return regex
  }
}

const matchAt = (
  regex: RegExp,
  text: string,
  start: number,
  occurrence: number,
): RegExpExecArray | null => {
  regex.lastIndex = start
  let match = regex.exec(text)
  for (let count = 1; count < occurrence && match !== null; count += 1) {
    if (match[0] === '') regex.lastIndex += 1
    match = regex.exec(text)
  }
  return match
}

export const SEARCH_FUNCTIONS: readonly FunctionSpec[] = [
  {
    names: ['LOCATE', 'POSITION'],
    parameters: ['string', 'string'],
    optional: ['integer'],
    type: INT,
    seesNulls: true,
    make: ({ name }) =>
      name === 'POSITION'
        ? (wanted: string | null, text: string | null) => locate(text, wanted, 1)
        : (wanted: string | null, text: string | null, start: number | null = 1) =>
            locate(text, wanted, start ?? 1),
  },
  {
    names: ['INSTR'],
    parameters: ['string', 'string'],
    optional: ['integer'],
    type: INT,
    seesNulls: true,
    make:
      () =>
      (text: string | null, wanted: string | null, start: number | null = 1) =>
        locate(text, wanted, start ?? 1),
  },
  {
    names: ['REPLACE'],
    parameters: ['string', 'string'],
    optional: ['string'],
    type: STRING,
    make:
      () =>
      (text: string, wanted: string, replacement: string | null = '') =>
        replaceAll(text, wanted, replacement),
  },
  {
    names: ['TRANSLATE'],
    parameters: ['string', 'string', 'string'],
    type: STRING,
    make: () => translate,
  },
  {
    names: ['SPLIT'],
    parameters: ['string', 'string'],
    type: { kind: 'array', element: STRING },
    make: () => (text: string, separator: string) => text.split(separator),
  },
  {
    names: ['REGEXP_REPLACE'],
    parameters: ['string', 'string', 'string'],
    optional: ['string'],
    type: STRING,
    fallible: true,
    make: (call) => {
      const compile = patterns(call, 'g')
      return (text: string, pattern: string, replacement: string, flags: string | null = null) =>
        text.replace(compile(pattern, flags), javaReplacement(replacement))
    },
  },
  {
    names: ['REGEXP_LIKE'],
    parameters: ['string', 'string'],
    optional: ['string'],
    type: BOOLEAN,
    fallible: true,
    make: (call) => {
      const compile = patterns(call, '')
      return (text: string, pattern: string, flags: string | null = null) =>
        compile(pattern, flags).test(text)
    },
  },
  {
    names: ['REGEXP_SUBSTR'],
    parameters: ['string', 'string'],
    optional: ['integer', 'integer', 'string', 'integer'],
    type: STRING,
    fallible: true,
    make: (call) => {
      const compile = patterns(call, 'g')
      return (
        text: string,
        pattern: string,
        position: number | null = 1,
        occurrence: number | null = 1,
        ...[flags = null, group = 0]: [flags?: string | null, group?: number | null]
      ) => {
        const regex = compile(pattern, flags)
        const match = matchAt(regex, text, (position ?? 1) - 1, occurrence ?? 1)
        return match?.[group ?? 0] ?? null
      }
    },
  },
  { names: ['SOUNDEX'], parameters: ['string'], type: STRING, make: () => soundex },
  {
    names: ['MURMUR64'],
    parameters: ['string'],
    type: BIGINT,
    make: () => (text: string) => murmur64(new TextEncoder().encode(text)),
  },
]
