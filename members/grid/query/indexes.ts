import { EngineError } from '../../../runtime/errors/index.ts'
import type { IndexSettings } from '../settings.ts'
import { attributeOf, type QueryEntry } from './attributes.ts'
import { createBitmapIndex } from './bitmapIndex.ts'
import { conditionsOf } from './conditions.ts'
import { createHashIndex, type AttributeIndex } from './hashIndex.ts'
import type { Predicate } from './predicate.ts'
import { createSortedIndex } from './sortedIndex.ts'

/** The indexes over one set of entries. */
export interface Indexes {
  readonly isEmpty: boolean
  add(id: number, entry: QueryEntry): void
  /** The entry must be as it was when it was added. */
  remove(id: number, entry: QueryEntry): void
  clear(): void
  /**
   * Ids among which are all entries that match, usually few more; undefined where every entry has
   * to be looked at.
   */
  find(predicate: Predicate): ReadonlySet<number> | undefined
}

const INDEX_TYPES = {
  HASH: createHashIndex,
  SORTED: createSortedIndex,
  BITMAP: createBitmapIndex,
} as const

/** Whether an index can be made; GRD-020 where it cannot. */
export const checkIndex = ({ type, attributes }: IndexSettings): void => {
  if (!Array.isArray(attributes)) throw new EngineError('GRD-020', 'An index has no attributes')
  const shown = `An index of the type ${type} over [${attributes.join(', ')}]`
  const refuse = (why: string) => new EngineError('GRD-020', `${shown} ${why}`)
  if (!Object.hasOwn(INDEX_TYPES, type)) throw refuse('is of no type that there is')
  if (attributes.length === 0) throw refuse('has no attribute')
  if (type === 'BITMAP' && attributes.length > 1) throw refuse('can have one attribute only')
  const isMany = attributes.map((name) => attributeOf(name).isMany)
  if (attributes.length > 1 && isMany.includes(true)) {
    throw refuse('of several attributes cannot have `[any]`')
  }
}

const createIndex = (definition: IndexSettings): AttributeIndex => {
  checkIndex(definition)
  return INDEX_TYPES[definition.type](definition.attributes)
}

/** Ids of several sets together; undefined as soon as one of them is unknown. */
const union = (
  sets: readonly (ReadonlySet<number> | undefined)[],
): ReadonlySet<number> | undefined => {
  const all = new Set<number>()
  for (const set of sets) {
    if (set === undefined) return undefined
    for (const id of set) all.add(id)
  }
  return all
}

export const createIndexes = (definitions: readonly IndexSettings[]): Indexes => {
  const indexes = definitions.map(createIndex)

  const find = (predicate: Predicate): ReadonlySet<number> | undefined => {
    if (predicate.kind === 'false') return new Set()
    if (predicate.kind === 'or') return union(predicate.predicates.map(find))
    const conditions = conditionsOf(predicate)
    const found = indexes.map((index) => index.find(conditions))
    if (predicate.kind === 'and') {
      for (const part of predicate.predicates) if (part.kind === 'or') found.push(find(part))
    }
    let best: ReadonlySet<number> | undefined
    for (const ids of found) {
      if (ids !== undefined && (best === undefined || ids.size < best.size)) best = ids
    }
    return best
  }

  return {
    isEmpty: indexes.length === 0,
    add(id, entry) {
      for (const index of indexes) index.add(id, entry)
    },
    remove(id, entry) {
      for (const index of indexes) index.remove(id, entry)
    },
    clear() {
      for (const index of indexes) index.clear()
    },
    find,
  }
}
