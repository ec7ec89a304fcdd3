import { EngineError, type Place } from '../../errors/index.ts'

/** Java's escapes that JavaScript writes otherwise. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\A', '^'],
  ['\\z', '$'],
  ['\\Z', '$'],
  ['\\h', '[ \\t\\xA0]'],
  ['\\R', '(?:\\r\\n|[\\n\\r])'],
  ['\\p{Alpha}', '[A-Za-z]'],
  ['\\p{Digit}', '[0-9]'],
  ['\\p{Alnum}', '[A-Za-z0-9]'],
  ['\\p{Upper}', '[A-Z]'],
  ['\\p{Lower}', '[a-z]'],
  ['\\p{Punct}', '[!-/:-@\\[-`{-~]'],
  ['\\p{Space}', '\\s'],
])
const JAVA_ESCAPE = /\\Q([\s\S]*?)(?:\\E|$)|\\p\{[A-Z][a-z]+\}|\\[\s\S]/g
const INLINE_FLAGS = /^\(\?([imsu]+)\)/

/**
 * A Java regular expression as a JavaScript one. `flags` are JavaScript's. Possessive quantifiers
 * and atomic groups, which JavaScript does not have, and other mistakes are refused with SQL-005.
 */
export const javaRegex = (pattern: string, flags = '', at?: Place): RegExp => {
  const inline = INLINE_FLAGS.exec(pattern)
  const body = pattern.slice(inline?.[0].length ?? 0)
  const all = new Set((flags + (inline?.[1]?.replace('u', '') ?? '')).split(''))
  const source = body.replace(JAVA_ESCAPE, (escape, quoted: string | undefined) =>
    quoted === undefined ? (ESCAPES.get(escape) ?? escape) : escapeRegex(quoted),
  )
  if (/\\[pP]\{/.test(source)) all.add('u')
  try {
    return new RegExp(source, [...all].join(''))
  } catch (cause) {
    throw new EngineError(
      'SQL-005',
      `"${pattern}" is not a regular expression: ${(cause as Error).message.replace(/^.*: /, '')}.`,
      { at, cause },
    )
  }
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)

/** A replacement as Java writes it, `$1`, `${name}` and `\$`, as JavaScript writes it. */
export const javaReplacement = (replacement: string): string =>
  replacement.replace(/\\([\s\S])|\$\{(\w+)\}|\$0/g, (_, escaped?: string, name?: string) => {
    if (escaped !== undefined) return escaped === '$' ? '$$' : escaped
    return name === undefined ? '$&' : `$<${name}>`
  })
