import { EngineError, type Diagnostics, type Place } from '../../errors/index.ts'
import type { ConfigArray, ConfigEntry, ConfigNode, ConfigObject, ConfigScalar } from '../nodes.ts'
import type { HoconValue } from './syntax.ts'
import { literalOf } from './unquoted.ts'

/** Characters that one value may have after substitution. */
const TEXT_MAX = 16 * 1024 * 1024

/** A scalar of a text as written: only without quotes is it a number, a boolean or null. */
export const scalar = (text: string, quoted: boolean, at: Place): ConfigScalar => ({
  kind: 'scalar',
  at,
  value: quoted ? text : literalOf(text),
  text,
  quoted,
})

/** The keys of both; objects under the same key are merged, else the upper value wins. */
export const mergeObjects = (lower: ConfigObject, upper: ConfigObject): ConfigObject => {
  const entries = new Map<string, ConfigEntry>(lower.entries)
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key)?.value
    const merged =
      below?.kind === 'object' && entry.value.kind === 'object'
        ? { keyAt: entry.keyAt, value: mergeObjects(below, entry.value) }
        : entry
    entries.set(key, merged)
  }
  const repeated =
    lower.repeated === undefined && upper.repeated === undefined
      ? undefined
      : [...(lower.repeated ?? lower.entries), ...(upper.repeated ?? upper.entries)]
  const { shadowed = lower.shadowed } = upper
  return {
    kind: 'object',
    at: lower.at,
    entries,
    ...(shadowed === undefined ? {} : { shadowed }),
    ...(repeated === undefined ? {} : { repeated }),
  }
}

/**
 * Joins the resolved pieces of a value: texts to a text with the white space between them, arrays to
 * an array, objects to an object. `undefined` parts are optional substitutions that nothing sets.
 */
export const join = (
  value: HoconValue,
  parts: readonly (ConfigNode | undefined)[],
  diagnostics: Diagnostics,
): ConfigNode | undefined => {
  const present = parts.filter((part) => part !== undefined)
  const first = present[0]
  if (first === undefined) return undefined
  const isText = parts.length > 1 && value.pieces.some((piece) => piece.kind === 'text')
  if (present.length === 1 && !isText) return first
  if (present.every((part) => part.kind === 'object')) return present.reduce(mergeObjects)
  if (present.every((part) => part.kind === 'array')) return joinArrays(present)
  if (present.every((part) => part.kind === 'scalar')) return joinTexts(value, parts)
  diagnostics.error(
    'CFG-001',
    'Text, arrays and objects cannot be joined to one value; what the substitutions stand for is of another kind.',
    value.at,
  )
  return first
}

const joinArrays = (arrays: readonly ConfigArray[]): ConfigArray => ({
  kind: 'array',
  at: arrays[0]!.at,
  items: arrays.flatMap((array) => array.items),
})

const joinTexts = (value: HoconValue, parts: readonly (ConfigNode | undefined)[]): ConfigScalar => {
  let text = ''
  for (const [index, piece] of value.pieces.entries()) {
    const part = parts[index]
    if (piece.kind === 'space') text += piece.text
    else if (part?.kind === 'scalar') text += part.text
    if (text.length > TEXT_MAX) {
      throw new EngineError('CFG-001', 'The substitutions make a text without end; use fewer.', {
        at: value.at,
      })
    }
  }
  return { kind: 'scalar', at: value.at, value: text, text, quoted: true }
}
