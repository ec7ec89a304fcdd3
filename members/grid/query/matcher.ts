import { EngineError } from '../../../runtime/errors/index.ts'
import { attributeOf, type Attribute, type QueryEntry } from './attributes.ts'
import { linearRegex } from './linearRegex.ts'
import type { Predicate } from './predicate.ts'
import { canonicalText, classOf, compareValues, conversionsOf } from './values.ts'

/** Whether an entry is wanted. */
export type Matcher = (entry: QueryEntry) => boolean

type Test = (value: unknown) => boolean

/** True for an entry when it is for the value of the attribute, or for any of its values. */
const onAttribute = (name: string, test: Test): Matcher => {
  const attribute: Attribute = attributeOf(name)
  if (attribute.isMany) return (entry) => attribute.readAll(entry).some(test)
  return (entry) => test(attribute.read(entry))
}

const isEqual = (value: unknown): Test => {
  const conversions = conversionsOf(value)
  const text = canonicalText(conversions.get('other'))
  return (other) => {
    const kind = classOf(other)
    if (kind === 'other') return conversions.has('other') && canonicalText(other) === text
    return conversions.has(kind) && compareValues(other, conversions.get(kind)) === 0
  }
}

/** Null, and what cannot be compared, is neither less nor greater. */
const isOrdered = (value: unknown, holds: (order: number) => boolean): Test => {
  const conversions = conversionsOf(value)
  return (other) => {
    const kind = classOf(other)
    if (kind === 'null' || kind === 'other' || !conversions.has(kind)) return false
    return holds(compareValues(other, conversions.get(kind)))
  }
}

const ORDERS = {
  gt: (order: number) => order > 0,
  ge: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  le: (order: number) => order <= 0,
} as const

const likeExpression = (pattern: string): string => {
  return pattern.replace(/\\[\s\S]|[%_]|[\^$.*+?()[\]{}|/\\]/g, (part) => {
    if (part === '%') return '[\\s\\S]*'
    if (part === '_') return '[\\s\\S]'
    const literal = part.length === 2 ? part[1]! : part
    return /[\^$.*+?()[\]{}|/\\]/.test(literal) ? `\\${literal}` : literal
  })
}

/** Texts in their order, with anything between them: each is best found as early as it can be. */
const containsInOrder = (pattern: string): ((text: string) => boolean) => {
  const parts = pattern.split('%')
  const [first, last] = [parts[0]!, parts.at(-1)!]
  if (parts.length === 1) return (text) => text === first
  const between = parts.slice(1, -1)
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const part of between) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at + last.length <= text.length
  }
}

const isLike = (pattern: string): ((text: string) => boolean) =>
  /[_\\]/.test(pattern) ? linearRegex(likeExpression(pattern), 'su') : containsInOrder(pattern)

const isText = (matches: (text: string) => boolean): Test => {
  return (value) => typeof value === 'string' && matches(value)
}

/** A predicate comes as data: its types are what the sender says. */
const listOf = <T>(list: readonly T[], what: string): readonly T[] => {
  if (Array.isArray(list)) return list
  throw new EngineError('GRD-020', `A predicate has no list of ${what}`)
}

const textOf = (text: string): string => {
  if (typeof text === 'string') return text
  throw new EngineError('GRD-020', 'The pattern of a predicate is not a text')
}

/** Makes a predicate ready to run; GRD-020 where it makes no sense. */
export const compilePredicate = (predicate: Predicate): Matcher => {
  if (typeof predicate !== 'object' || predicate === null) throw unknownKind(predicate as never)
  switch (predicate.kind) {
    case 'true':
      return () => true
    case 'false':
      return () => false
    case 'eq':
      return onAttribute(predicate.attribute, isEqual(predicate.value))
    case 'ne':
      return negated(onAttribute(predicate.attribute, isEqual(predicate.value)))
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return onAttribute(predicate.attribute, isOrdered(predicate.value, ORDERS[predicate.kind]))
    case 'between': {
      const [above, below] = [
        isOrdered(predicate.from, ORDERS.ge),
        isOrdered(predicate.to, ORDERS.le),
      ]
      return onAttribute(predicate.attribute, (value) => above(value) && below(value))
    }
    case 'like':
      return onAttribute(predicate.attribute, isText(isLike(textOf(predicate.pattern))))
    case 'ilike': {
      const expression = likeExpression(textOf(predicate.pattern))
      return onAttribute(predicate.attribute, isText(linearRegex(expression, 'isu')))
    }
    case 'regex':
      return onAttribute(predicate.attribute, isText(linearRegex(textOf(predicate.pattern), 'su')))
    case 'in': {
      const tests = listOf(predicate.values, 'values').map(isEqual)
      return onAttribute(predicate.attribute, (value) => tests.some((test) => test(value)))
    }
    case 'and': {
      const matchers = listOf(predicate.predicates, 'predicates').map(compilePredicate)
      return (entry) => matchers.every((matches) => matches(entry))
    }
    case 'or': {
      const matchers = listOf(predicate.predicates, 'predicates').map(compilePredicate)
      return (entry) => matchers.some((matches) => matches(entry))
    }
    case 'not':
      return negated(compilePredicate(predicate.predicate))
    default:
      throw unknownKind(predicate)
  }
}

const unknownKind = (predicate: never): EngineError => {
  const { kind } = (predicate as { kind?: unknown } | null) ?? {}
  return new EngineError('GRD-020', `There is no predicate of the kind \`${String(kind)}\``)
}

const negated =
  (matches: Matcher): Matcher =>
  (entry) =>
    !matches(entry)
