import type { JsonValue } from '../../../runtime/config/index.ts'
import { parseExactJson } from '../../../runtime/rows/index.ts'

/**
 * The value of a JSON text. Like the reader that SeaTunnel has behind JsonPath it also takes names
 * and texts without quotes or in single ones, `{user: 'Joy', city: New York}`. Throws a SyntaxError.
 */
export const parseLooseJson = (text: string): JsonValue => {
  try {
    return parseExactJson(text)
  } catch {
    return readLoosely(text)
  }
}

const DEPTH_MAX = 200
const BLANK = /\s*/y
const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y
const NAME = /[^\s:,{}[\]"'](?:[^:,{}[\]]*[^\s:,{}[\]])?/y
const PLAIN = /[^\s,{}[\]"'](?:[^,{}[\]]*[^\s,{}[\]])?/y
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const readLoosely = (text: string): JsonValue => {
  let offset = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset
    const match = pattern.exec(text)
    if (match !== null) offset += match[0].length
    return match
  }
  const fail = (): never => {
    throw new SyntaxError(`Not JSON at character ${offset + 1}.`)
  }
  const accept = (symbol: string): boolean => {
    take(BLANK)
    const found = text[offset] === symbol
    if (found) offset += 1
    return found
  }
  const quoted = (): string | null => {
    const match = take(QUOTED)
    if (match === null) return null
    const content = match[1] ?? match[2]!.replaceAll("\\'", "'").replaceAll('"', '\\"')
    return JSON.parse(`"${content}"`) as string
  }
  const name = (): string => quoted() ?? take(NAME)?.[0] ?? fail()
  const items = <Item>(close: string, read: () => Item): Item[] => {
    const all: Item[] = []
    while (!accept(close)) {
      if (all.length > 0 && !accept(',')) fail()
      take(BLANK)
      all.push(read())
    }
    return all
  }
  const value = (depth: number): JsonValue => {
    if (depth > DEPTH_MAX) fail()
    if (accept('{')) {
      const entries = items('}', () => {
        const key = name()
        if (!accept(':')) fail()
        return [key, value(depth + 1)] as const
      })
      return Object.fromEntries(entries)
    }
    if (accept('[')) return items(']', () => value(depth + 1))
    return quoted() ?? plainValue(take(PLAIN)?.[0] ?? fail())
  }
  const result = value(0)
  take(BLANK)
  return offset === text.length ? result : fail()
}

const plainValue = (text: string): JsonValue =>
  NUMBER.test(text) || ['true', 'false', 'null'].includes(text) ? parseExactJson(text) : text
