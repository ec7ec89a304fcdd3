import { isRestValue } from '../../../members/http/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'

/** The whole of stdin, as text. */
const readStdin = (): Promise<string> => Bun.stdin.text()

/** A value as it is written on a command line: JSON where it is, a text otherwise. */
export const parseValue = (word: string): unknown => {
  try {
    const value: unknown = JSON.parse(word)
    // The grid keeps no null: the word is a text then.
    return value === null ? word : value
  } catch {
    return word
  }
}

/** A value that must be there; `-` is what stdin holds. Throws CLI-001. */
export const valueOf = async (word: string | undefined): Promise<unknown> => {
  if (word === undefined) throw new EngineError('CLI-001', 'VALUE is missing: what to write.')
  return parseValue(word === '-' ? (await readStdin()).replace(/\n$/, '') : word)
}

/** What came over HTTP is shown as what it is: JSON or a text. */
const shown = (value: unknown): unknown => {
  if (!isRestValue(value)) return value
  const text = new TextDecoder().decode(value.restBody)
  return value.restType.startsWith('application/json') ? parseValue(text) : text
}

/** JSON has no big integers, no bytes, no dates of their own. */
const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return value.toBase64()
  if (value instanceof Map) return Object.fromEntries(value)
  return value instanceof Set ? [...value] : value
}

/** As JSON on one line. */
export const jsonOf = (value: unknown): string => JSON.stringify(shown(value) ?? null, plain)

/** For people: a text as it is, anything else as JSON. */
export const textOf = (value: unknown): string => {
  const given = shown(value)
  return typeof given === 'string' ? given : jsonOf(given)
}
