import { attributeOf, type QueryEntry } from './attributes.ts'
import { formsOf, pointsOf, type Conditions } from './conditions.ts'
import { canonicalText } from './values.ts'

/** Finds ids of entries by attributes; an id is a number that stands for an entry. */
export interface AttributeIndex {
  add(id: number, entry: QueryEntry): void
  /** The entry must be as it was when it was added. */
  remove(id: number, entry: QueryEntry): void
  clear(): void
  /**
   * Ids among which are all that meet the conditions on the attributes of this index; undefined
   * where it cannot help.
   */
  find(conditions: Conditions): ReadonlySet<number> | undefined
}

/** More combinations of values than this are found faster by looking at every entry. */
export const COMBINATIONS_MAX = 1000
const SEPARATOR = '\u0000'
const NOTHING: ReadonlySet<number> = new Set()

/** The values of an entry in an index, as texts: several where an attribute has `[any]`. */
export const textsReader = (names: readonly string[]): ((entry: QueryEntry) => string[]) => {
  const attributes = names.map(attributeOf)
  const [only] = attributes
  if (attributes.length === 1 && only !== undefined) {
    if (!only.isMany) return (entry) => [canonicalText(only.read(entry))]
    return (entry) => [...new Set(only.readAll(entry).map(canonicalText))]
  }
  return (entry) => [attributes.map((one) => canonicalText(one.read(entry))).join(SEPARATOR)]
}

/** Every combination of the values that the attributes may have, as texts. */
export const combinationsOf = (
  names: readonly string[],
  conditions: Conditions,
): readonly string[] | undefined => {
  let combinations: string[] = ['']
  for (const [index, name] of names.entries()) {
    const points = pointsOf(conditions, name)
    if (points === undefined) return undefined
    const texts = [...formsOf(points).keys()]
    if (combinations.length * texts.length > COMBINATIONS_MAX) return undefined
    const separator = index === 0 ? '' : SEPARATOR
    combinations = combinations.flatMap((start) =>
      texts.map((text) => `${start}${separator}${text}`),
    )
  }
  return combinations
}

/** By equality on all of its attributes. */
export const createHashIndex = (names: readonly string[]): AttributeIndex => {
  const textsOf = textsReader(names)
  const ids = new Map<string, Set<number>>()
  return {
    add(id, entry) {
      for (const text of textsOf(entry)) {
        const known = ids.get(text)
        if (known === undefined) ids.set(text, new Set([id]))
        else known.add(id)
      }
    },
    remove(id, entry) {
      for (const text of textsOf(entry)) {
        const known = ids.get(text)
        known?.delete(id)
        if (known?.size === 0) ids.delete(text)
      }
    },
    clear: () => ids.clear(),
    find(conditions) {
      const combinations = combinationsOf(names, conditions)
      if (combinations === undefined) return undefined
      if (combinations.length === 1) return ids.get(combinations[0]!) ?? NOTHING
      const found = new Set<number>()
      for (const text of combinations) for (const id of ids.get(text) ?? []) found.add(id)
      return found
    },
  }
}
