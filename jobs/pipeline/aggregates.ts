import type { Aggregate } from './stage.ts'

/** Jet's aggregate operations that can be told after every item. */
export const aggregates = {
  counting: <Item>(): Aggregate<Item, { count: number }, number> => ({
    create: () => ({ count: 0 }),
    accumulate: (state) => {
      state.count += 1
      return state
    },
    finish: ({ count }) => count,
  }),
  summing: <Item>(of: (item: Item) => number): Aggregate<Item, { sum: number }, number> => ({
    create: () => ({ sum: 0 }),
    accumulate: (state, item) => {
      state.sum += of(item)
      return state
    },
    finish: ({ sum }) => sum,
  }),
  averaging: <Item>(
    of: (item: Item) => number,
  ): Aggregate<Item, { sum: number; count: number }, number> => ({
    create: () => ({ sum: 0, count: 0 }),
    accumulate: (state, item) => {
      state.sum += of(item)
      state.count += 1
      return state
    },
    finish: ({ sum, count }) => sum / count,
  }),
  /** The item with the least `of`; the earliest of equal ones. */
  minBy: <Item>(of: (item: Item) => number | bigint | string): Aggregate<Item, Best<Item>, Item> =>
    best((left, right) => of(left) < of(right)),
  /** The item with the greatest `of`; the earliest of equal ones. */
  maxBy: <Item>(of: (item: Item) => number | bigint | string): Aggregate<Item, Best<Item>, Item> =>
    best((left, right) => of(left) > of(right)),
  /** Any state: `combine` returns the next one. */
  reducing: <Item, State>(
    initial: State,
    combine: (state: State, item: Item) => State,
  ): Aggregate<Item, { value: State }, State> => ({
    create: () => ({ value: initial }),
    accumulate: (state, item) => {
      state.value = combine(state.value, item)
      return state
    },
    finish: ({ value }) => value,
  }),
}

interface Best<Item> {
  item: Item | null
}

const best = <Item>(
  isBetter: (left: Item, right: Item) => boolean,
): Aggregate<Item, Best<Item>, Item> => ({
  create: () => ({ item: null }),
  accumulate: (state, item) => {
    if (state.item === null || isBetter(item, state.item)) state.item = item
    return state
  },
  finish: ({ item }) => item!,
})
