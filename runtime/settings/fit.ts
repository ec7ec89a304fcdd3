import type { ConfigEntry, ConfigNode, ConfigObject } from '../config/index.ts'
import type { z } from 'zod'
import { nearest, type Diagnostics } from '../errors/index.ts'
import { shapeOf, type Shape } from './shape.ts'

/**
 * Brings a tree into the form that the schema has: `port: 5801` where an object with a `port` is
 * expected, a list in one text with commas, XML's lists inside an element. Unknown keys are left out
 * and reported with their line.
 */
export const fit = (
  schema: z.core.$ZodType,
  node: ConfigNode,
  path: readonly string[],
  diagnostics: Diagnostics,
): ConfigNode => {
  const shape = shapeOf(schema)
  switch (shape.kind) {
    case 'object':
      return fitObject(shape, node, path, diagnostics)
    case 'record':
      return fitRecord(shape, node, path, diagnostics)
    case 'list':
      return fitList(shape, node, path, diagnostics)
    case 'value':
      return node
    default:
      return shape satisfies never
  }
}

const objectWith = (node: ConfigNode, entries: Iterable<readonly [string, ConfigEntry]>) => ({
  kind: 'object' as const,
  at: node.at,
  entries: new Map(entries),
})

const isNothing = (node: ConfigNode): boolean =>
  node.kind === 'scalar' && (node.value === null || node.text === '')

const fitObject = (
  shape: Shape & { readonly kind: 'object' },
  node: ConfigNode,
  path: readonly string[],
  diagnostics: Diagnostics,
): ConfigNode => {
  if (isNothing(node)) return objectWith(node, [])
  const key = path.at(-1) ?? ''
  if (node.kind === 'scalar' && shape.keys.has(key)) {
    return objectWith(node, [[key, { keyAt: node.at, value: node }]])
  }
  if (node.kind !== 'object') return node
  const entries: (readonly [string, ConfigEntry])[] = []
  for (const [name, { keyAt, value }] of spreadDotted(node, shape).entries) {
    const inner = shape.keys.get(name)
    if (inner === undefined) {
      const meant = nearest(name, shape.keys.keys())
      const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`
      const place = path.length === 0 ? 'The configuration' : `\`${path.join('.')}\``
      diagnostics.warning(
        'CFG-002',
        `${place} has no key \`${name}\`.${hint} It is ignored.`,
        keyAt,
      )
    } else if (!isNothing(value) || shapeOf(inner).kind !== 'value') {
      entries.push([name, { keyAt, value: fit(inner, value, [...path, name], diagnostics) }])
    }
  }
  return objectWith(node, entries)
}

/** `a.b: 1` stands for `a: { b: 1 }` where the schema has `a` and not `a.b`. */
const spreadDotted = (
  node: ConfigObject,
  shape: Shape & { readonly kind: 'object' },
): ConfigObject => {
  const entries = new Map<string, ConfigEntry>()
  for (const [name, entry] of node.entries) {
    const dot = name.indexOf('.')
    const head = name.slice(0, dot)
    if (dot === -1 || shape.keys.has(name) || !shape.keys.has(head)) {
      entries.set(name, entry)
      continue
    }
    const inner = objectWith(entry.value, [[name.slice(dot + 1), entry]])
    const before = entries.get(head)
    entries.set(head, {
      keyAt: entry.keyAt,
      value: before === undefined ? inner : overlay(before.value, inner),
    })
  }
  return { ...node, entries }
}

const fitRecord = (
  shape: Shape & { readonly kind: 'record' },
  node: ConfigNode,
  path: readonly string[],
  diagnostics: Diagnostics,
): ConfigNode => {
  if (isNothing(node)) return objectWith(node, [])
  const named = shapeOf(shape.value).kind === 'object' ? byNameAttribute(node) : node
  if (named.kind !== 'object') return node
  return objectWith(
    named,
    [...named.entries].map(([name, { keyAt, value }]) => [
      name,
      { keyAt, value: fit(shape.value, value, [...path, name], diagnostics) },
    ]),
  )
}

/** XML's `<map name="a">`, once or several times, as YAML's `map: { a: … }`. */
const byNameAttribute = (node: ConfigNode): ConfigNode => {
  const items = node.kind === 'array' ? node.items : [node]
  const entries: (readonly [string, ConfigEntry])[] = []
  for (const item of items) {
    const name = item.kind === 'object' ? item.entries.get('name')?.value : undefined
    if (item.kind !== 'object' || name?.kind !== 'scalar') return node
    const others = [...item.entries].filter(([key]) => key !== 'name')
    entries.push([name.text, { keyAt: item.at, value: objectWith(item, others) }])
  }
  return objectWith(node, entries)
}

const fitList = (
  shape: Shape & { readonly kind: 'list' },
  node: ConfigNode,
  path: readonly string[],
  diagnostics: Diagnostics,
): ConfigNode => {
  const { kind } = shapeOf(shape.item)
  const items = kind === 'value' ? itemsOf(node).flatMap(splitText) : elementsOf(node, kind)
  return {
    kind: 'array',
    at: node.at,
    items: items.map((item) => fit(shape.item, item, path, diagnostics)),
  }
}

const itemsOf = (node: ConfigNode): readonly ConfigNode[] => {
  switch (node.kind) {
    case 'array':
      return node.items
    case 'scalar':
      return isNothing(node) ? [] : [node]
    case 'object':
      return [...node.entries.values()].flatMap(({ value }) =>
        value.kind === 'array' ? value.items : [value],
      )
    default:
      return node satisfies never
  }
}

/** Of a list of lists, XML's one element with elements inside is the only item. */
const elementsOf = (node: ConfigNode, kind: Shape['kind']): readonly ConfigNode[] =>
  node.kind === 'object' && kind === 'list' ? [node] : itemsOf(node)

const splitText = (node: ConfigNode): ConfigNode[] => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return [node]
  return node.text
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => ({ ...node, text, value: text }))
}

/** Both trees as one: objects are merged, and of anything else the upper one wins. */
export const overlay = (lower: ConfigNode, upper: ConfigNode): ConfigNode => {
  if (lower.kind !== 'object' || upper.kind !== 'object') return upper
  const entries = new Map(lower.entries)
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key)
    const value = below === undefined ? entry.value : overlay(below.value, entry.value)
    entries.set(key, { ...entry, value })
  }
  return objectWith(lower, entries)
}
