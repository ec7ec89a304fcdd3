import type { Place } from '../errors/index.ts'

/** A parsed configuration text. Every reader (HOCON, JSON, YAML, XML) yields this tree. */
export type ConfigNode = ConfigObject | ConfigArray | ConfigScalar

export interface ConfigEntry {
  readonly keyAt: Place
  readonly value: ConfigNode
}

export interface ConfigObject {
  readonly kind: 'object'
  readonly at: Place
  readonly entries: ReadonlyMap<string, ConfigEntry>
  /**
   * The scalar or array that a dotted key turned into this object: after `a = x` and `a.b = y`, the
   * object `{ b = y }` has `x` here. SeaTunnel's job files use both keys as two options.
   */
  readonly shadowed?: ConfigScalar | ConfigArray
  /**
   * All entries in the order of the text, where a key may come several times and each stands for a
   * thing of its own: the plugins of a `transform` block. Set only where a reader was asked for it.
   */
  readonly repeated?: readonly (readonly [key: string, entry: ConfigEntry])[]
}

export interface ConfigArray {
  readonly kind: 'array'
  readonly at: Place
  readonly items: readonly ConfigNode[]
}

export interface ConfigScalar {
  readonly kind: 'scalar'
  readonly at: Place
  readonly value: string | number | boolean | null
  /** As written, without quotes: keeps the digits of a number that a double cannot hold. */
  readonly text: string
  readonly quoted: boolean
}

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

const exactNumber = (node: ConfigScalar): string | number => {
  const number = node.value as number
  if (Number.isSafeInteger(number) || String(number) === node.text) return number
  return Number.isInteger(number) || significantDigits(node.text) > 15 ? node.text : number
}

const significantDigits = (text: string): number =>
  text
    .replace(/[eE].*$/, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+/, '').length

/**
 * The plain value of a tree. A number that a double would change becomes its text, so that
 * a bigint or a decimal keeps all its digits. `shadowed` values are kept out.
 */
export const toJson = (node: ConfigNode): JsonValue => {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'number' ? exactNumber(node) : node.value
    case 'array':
      return node.items.map(toJson)
    case 'object':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]))
    default:
      return node satisfies never
  }
}
