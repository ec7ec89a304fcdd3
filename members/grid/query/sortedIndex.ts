import { attributeOf, type QueryEntry } from './attributes.ts'
import { formsOf, pointsOf, type Bound, type Condition, type Conditions } from './conditions.ts'
import { COMBINATIONS_MAX, type AttributeIndex } from './hashIndex.ts'
import { classOf, compareValues, conversionsOf, type ValueClass } from './values.ts'

interface Group {
  readonly values: readonly unknown[]
  readonly ids: Set<number>
}

const compareStart = (values: readonly unknown[], start: readonly unknown[]): number => {
  for (let at = 0; at < start.length; at += 1) {
    const order = compareValues(values[at], start[at])
    if (order !== 0) return order
  }
  return 0
}

/** The first index for which `isPast` holds; it holds for all that follow. */
const bisect = (groups: readonly Group[], isPast: (group: Group) => boolean): number => {
  let [low, high] = [0, groups.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isPast(groups[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

/** The classes in which a range can hold anything; null has no order. */
const ORDERED: readonly ValueClass[] = ['boolean', 'number', 'text', 'time']

/** A range within one class of values. */
interface ClassRange {
  readonly kind: ValueClass
  readonly from: Bound | undefined
  readonly to: Bound | undefined
}

const boundIn = (bound: Bound | undefined, kind: ValueClass): Bound | undefined | 'none' => {
  if (bound === undefined) return undefined
  const conversions = conversionsOf(bound.value)
  if (!conversions.has(kind)) return 'none'
  return { value: conversions.get(kind), isInside: bound.isInside }
}

const classRangesOf = (condition: Condition & { kind: 'range' }): ClassRange[] => {
  const ranges: ClassRange[] = []
  for (const kind of ORDERED) {
    const [from, to] = [boundIn(condition.from, kind), boundIn(condition.to, kind)]
    if (from !== 'none' && to !== 'none') ranges.push({ kind, from, to })
  }
  return ranges
}

const isBelow = (value: unknown, { kind, from }: ClassRange): boolean => {
  if (from !== undefined) {
    const order = compareValues(value, from.value)
    return from.isInside ? order < 0 : order <= 0
  }
  return classOf(value) !== kind && compareValues(value, SMALLEST[kind]) < 0
}

const isAbove = (value: unknown, { kind, to }: ClassRange): boolean => {
  if (to !== undefined) {
    const order = compareValues(value, to.value)
    return to.isInside ? order > 0 : order >= 0
  }
  return classOf(value) !== kind && compareValues(value, SMALLEST[kind]) > 0
}

/** Any value of the class: only its class is compared with those of others. */
const SMALLEST: Readonly<Record<ValueClass, unknown>> = {
  null: null,
  boolean: false,
  number: 0,
  text: '',
  time: new Date(0),
  other: [],
}

/**
 * By equality on its first attributes and a range on the next one. Groups of equal values are kept
 * in order, in one array: a partition has some thousands, so moving them up is cheap.
 */
export const createSortedIndex = (names: readonly string[]): AttributeIndex => {
  const attributes = names.map(attributeOf)
  let groups: Group[] = []

  const tuplesOf = (entry: QueryEntry): (readonly unknown[])[] => {
    const [only] = attributes
    if (attributes.length === 1 && only!.isMany) {
      return only!.readAll(entry).map((value) => [value])
    }
    return [attributes.map((attribute) => attribute.read(entry))]
  }
  const collect = (start: readonly unknown[], range: ClassRange | undefined, into: Set<number>) => {
    const depth = start.length
    let at = bisect(groups, ({ values }) => {
      const order = compareStart(values, start)
      return order > 0 || (order === 0 && (range === undefined || !isBelow(values[depth], range)))
    })
    for (; at < groups.length; at += 1) {
      const { values, ids } = groups[at]!
      if (compareStart(values, start) !== 0) return
      if (range !== undefined && isAbove(values[depth], range)) return
      for (const id of ids) into.add(id)
    }
  }

  return {
    add(id, entry) {
      for (const values of tuplesOf(entry)) {
        const at = bisect(groups, (group) => compareStart(group.values, values) >= 0)
        const group = groups[at]
        if (group !== undefined && compareStart(group.values, values) === 0) group.ids.add(id)
        else groups.splice(at, 0, { values, ids: new Set([id]) })
      }
    },
    remove(id, entry) {
      for (const values of tuplesOf(entry)) {
        const at = bisect(groups, (group) => compareStart(group.values, values) >= 0)
        const group = groups[at]
        if (group === undefined || compareStart(group.values, values) !== 0) continue
        group.ids.delete(id)
        if (group.ids.size === 0) groups.splice(at, 1)
      }
    },
    clear() {
      groups = []
    },
    find(conditions) {
      let starts: unknown[][] = [[]]
      let depth = 0
      for (; depth < names.length; depth += 1) {
        const points = pointsOf(conditions, names[depth]!)
        if (points === undefined) break
        const forms = [...formsOf(points).values()]
        if (starts.length * forms.length > COMBINATIONS_MAX) return undefined
        starts = starts.flatMap((start) => forms.map((form) => [...start, form]))
      }
      const ranges = rangesOf(conditions, names[depth])
      if (depth === 0 && ranges === undefined) return undefined
      const found = new Set<number>()
      for (const start of starts) {
        for (const range of ranges ?? [undefined]) collect(start, range, found)
      }
      return found
    },
  }
}

const rangesOf = (
  conditions: Conditions,
  name: string | undefined,
): readonly ClassRange[] | undefined => {
  for (const condition of (name === undefined ? undefined : conditions.get(name)) ?? []) {
    if (condition.kind === 'range') return classRangesOf(condition)
  }
  return undefined
}
