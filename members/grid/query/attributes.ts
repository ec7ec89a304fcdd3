import { EngineError } from '../../../runtime/errors/index.ts'
import { plain } from './values.ts'

/** An entry that a query looks at; key and value are decoded when they are asked for. */
export interface QueryEntry {
  readonly key: unknown
  readonly value: unknown
}

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'element'; readonly at: number }
  | { readonly kind: 'any' }

/** A path into an entry, ready to be followed. */
export interface Attribute {
  readonly name: string
  /** It has `[any]`: it stands for several values. */
  readonly isMany: boolean
  /** The value; null where there is none. Of many, the first. */
  read(entry: QueryEntry): unknown
  /** All values, by `[any]`. */
  readAll(entry: QueryEntry): readonly unknown[]
}

const PART = /^([^[\]]*)((?:\[(?:any|\d+)\])*)$/
const BRACKETS = /\[(any|\d+)\]/g

const stepsOf = (path: string): Step[] => {
  const steps: Step[] = []
  // It comes as data: its type is what the sender says.
  if (typeof path !== 'string') throw new EngineError('GRD-020', 'An attribute is not a text')
  for (const part of path.split('.')) {
    const match = PART.exec(part)
    if (match === null || part === '') {
      throw new EngineError(
        'GRD-020',
        `The attribute \`${path}\` is not a path such as \`address.city\` or \`tags[any]\``,
      )
    }
    if (match[1] !== '') steps.push({ kind: 'field', name: match[1]! })
    for (const [, inside] of match[2]!.matchAll(BRACKETS)) {
      steps.push(inside === 'any' ? { kind: 'any' } : { kind: 'element', at: Number(inside) })
    }
  }
  return steps
}

const fieldOf = (holder: unknown, name: string): unknown => {
  const value = plain(holder)
  if (typeof value !== 'object' || value === null) return null
  if (value instanceof Map) return (value.get(name) as unknown) ?? null
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name] ?? null
  return null
}

const elementsOf = (holder: unknown): readonly unknown[] => {
  const value = plain(holder)
  if (Array.isArray(value)) return value
  if (value instanceof Set) return [...value]
  if (value instanceof Map) return [...value.values()]
  return ArrayBuffer.isView(value) ? [...(value as unknown as Iterable<unknown>)] : []
}

const follow = (value: unknown, steps: readonly Step[], from: number, found: unknown[]): void => {
  let reached = value
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at]!
    if (step.kind === 'any') {
      for (const element of elementsOf(reached)) follow(element, steps, at + 1, found)
      return
    }
    reached =
      step.kind === 'field' ? fieldOf(reached, step.name) : (elementsOf(reached)[step.at] ?? null)
  }
  found.push(plain(reached))
}

/** Reads a path; GRD-020 where it is none. */
export const attributeOf = (name: string): Attribute => {
  const steps = stepsOf(name)
  const [first] = steps
  const isKey = first?.kind === 'field' && first.name === '__key'
  const isThis = first?.kind === 'field' && first.name === 'this'
  const from = isKey || isThis ? 1 : 0
  const isMany = steps.some(({ kind }) => kind === 'any')
  const only = steps.length === from + 1 ? steps[from]! : undefined
  const readAll = (entry: QueryEntry): unknown[] => {
    const found: unknown[] = []
    follow(isKey ? entry.key : entry.value, steps, from, found)
    return found
  }
  const read = (entry: QueryEntry): unknown => {
    const root = isKey ? entry.key : entry.value
    // Almost every path is a field of the value: nothing is allocated for it.
    if (steps.length === from) return plain(root)
    if (only?.kind === 'field') return plain(fieldOf(root, only.name))
    return readAll(entry)[0] ?? null
  }
  return { name, isMany, read, readAll }
}
