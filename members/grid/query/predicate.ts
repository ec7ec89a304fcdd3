/** What an attribute is compared with: as `fromData` gives it. */
export type Comparable = unknown

/**
 * Which entries are wanted, as plain data that crosses the wire. An attribute is a dotted path into
 * the value; `this` is the value itself, `__key` the key (`__key.name` goes into it), and `[any]`
 * after a name stands for each element of a list, `[2]` for one.
 * A value is converted to the type of the attribute that it is compared with, as Hazelcast does.
 */
export type Predicate =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'eq' | 'ne'; readonly attribute: string; readonly value: Comparable }
  | {
      readonly kind: 'gt' | 'ge' | 'lt' | 'le'
      readonly attribute: string
      readonly value: Comparable
    }
  | {
      readonly kind: 'between'
      readonly attribute: string
      readonly from: Comparable
      readonly to: Comparable
    }
  | {
      readonly kind: 'like' | 'ilike' | 'regex'
      readonly attribute: string
      readonly pattern: string
    }
  | { readonly kind: 'in'; readonly attribute: string; readonly values: readonly Comparable[] }
  | { readonly kind: 'and' | 'or'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'not'; readonly predicate: Predicate }

export const always = (): Predicate => ({ kind: 'true' })
export const never = (): Predicate => ({ kind: 'false' })
export const equal = (attribute: string, value: Comparable): Predicate => ({
  kind: 'eq',
  attribute,
  value,
})
export const notEqual = (attribute: string, value: Comparable): Predicate => ({
  kind: 'ne',
  attribute,
  value,
})
export const greaterThan = (attribute: string, value: Comparable): Predicate => ({
  kind: 'gt',
  attribute,
  value,
})
export const greaterEqual = (attribute: string, value: Comparable): Predicate => ({
  kind: 'ge',
  attribute,
  value,
})
export const lessThan = (attribute: string, value: Comparable): Predicate => ({
  kind: 'lt',
  attribute,
  value,
})
export const lessEqual = (attribute: string, value: Comparable): Predicate => ({
  kind: 'le',
  attribute,
  value,
})
/** Both ends count. */
export const between = (attribute: string, from: Comparable, to: Comparable): Predicate => ({
  kind: 'between',
  attribute,
  from,
  to,
})
/** `%` stands for any text, `_` for one character, a backslash takes the next literally. */
export const like = (attribute: string, pattern: string): Predicate => ({
  kind: 'like',
  attribute,
  pattern,
})
/** `like` for which case does not matter. */
export const ilike = (attribute: string, pattern: string): Predicate => ({
  kind: 'ilike',
  attribute,
  pattern,
})
/**
 * The whole text fits the regular expression, which must not refer back to groups nor look ahead or
 * behind: it is matched in a time that is proportional to the length of the text.
 */
export const regex = (attribute: string, pattern: string): Predicate => ({
  kind: 'regex',
  attribute,
  pattern,
})
export const isIn = (attribute: string, values: readonly Comparable[]): Predicate => ({
  kind: 'in',
  attribute,
  values,
})
export const and = (...predicates: readonly Predicate[]): Predicate => ({ kind: 'and', predicates })
export const or = (...predicates: readonly Predicate[]): Predicate => ({ kind: 'or', predicates })
export const not = (predicate: Predicate): Predicate => ({ kind: 'not', predicate })
