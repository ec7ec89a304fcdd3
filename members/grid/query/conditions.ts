import type { Predicate } from './predicate.ts'
import { canonicalText, conversionsOf } from './values.ts'

/** One end of a range. */
export interface Bound {
  readonly value: unknown
  readonly isInside: boolean
}

/** What a predicate asks of one attribute, where an index can answer it. */
export type Condition =
  | { readonly kind: 'points'; readonly values: readonly unknown[] }
  | { readonly kind: 'range'; readonly from: Bound | undefined; readonly to: Bound | undefined }

/** By the name of the attribute; all of them must hold. */
export type Conditions = ReadonlyMap<string, readonly Condition[]>

const conditionOf = (
  predicate: Predicate,
): { readonly attribute: string; readonly condition: Condition } | undefined => {
  const range = (attribute: string, from: Bound | undefined, to: Bound | undefined) => ({
    attribute,
    condition: { kind: 'range', from, to } as const,
  })
  switch (predicate.kind) {
    case 'eq':
      return {
        attribute: predicate.attribute,
        condition: { kind: 'points', values: [predicate.value] },
      }
    case 'in':
      return {
        attribute: predicate.attribute,
        condition: { kind: 'points', values: predicate.values },
      }
    case 'gt':
    case 'ge': {
      const from = { value: predicate.value, isInside: predicate.kind === 'ge' }
      return range(predicate.attribute, from, undefined)
    }
    case 'lt':
    case 'le': {
      const to = { value: predicate.value, isInside: predicate.kind === 'le' }
      return range(predicate.attribute, undefined, to)
    }
    case 'between': {
      const [from, to] = [predicate.from, predicate.to]
      return range(
        predicate.attribute,
        { value: from, isInside: true },
        { value: to, isInside: true },
      )
    }
    default:
      return undefined
  }
}

/** What a predicate and those that it joins by `and` ask of attributes. */
export const conditionsOf = (predicate: Predicate): Conditions => {
  const conditions = new Map<string, Condition[]>()
  const collect = (part: Predicate): void => {
    if (part.kind === 'and') {
      for (const inner of part.predicates) collect(inner)
      return
    }
    const found = conditionOf(part)
    if (found === undefined) return
    const known = conditions.get(found.attribute)
    if (known === undefined) conditions.set(found.attribute, [found.condition])
    else known.push(found.condition)
  }
  collect(predicate)
  return conditions
}

/** Every value of an attribute that equals one of the points, converted as comparing does. */
export const formsOf = (values: readonly unknown[]): ReadonlyMap<string, unknown> => {
  const forms = new Map<string, unknown>()
  for (const value of values) {
    for (const form of conversionsOf(value).values()) forms.set(canonicalText(form), form)
  }
  return forms
}

/** The points that an attribute must be one of, if it must. */
export const pointsOf = (
  conditions: Conditions,
  attribute: string,
): readonly unknown[] | undefined => {
  for (const condition of conditions.get(attribute) ?? []) {
    if (condition.kind === 'points') return condition.values
  }
  return undefined
}
