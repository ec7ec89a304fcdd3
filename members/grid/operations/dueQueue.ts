/** Something that is due at some time, unless it has gone before. */
export interface Due {
  /** On the monotonic clock; Infinity for never. */
  readonly dueMs: number
  isGone: boolean
}

/** A heap by time: the earliest is first. */
export interface DueQueue<Item extends Due> {
  first(): Item | undefined
  add(item: Item): void
  /** Removes the first. */
  take(): void
  /** Items that have gone keep their place for a while; so many have not. */
  forgot(left: number): void
}

/** Gone items are swept when there are more than so many. */
const SWEEP_MIN = 1000

export const createDueQueue = <Item extends Due>(): DueQueue<Item> => {
  const items: Item[] = []
  const swap = (left: number, right: number): void => {
    const item = items[left]!
    items[left] = items[right]!
    items[right] = item
  }
  const isBefore = (left: number, right: number): boolean =>
    items[left]!.dueMs < items[right]!.dueMs
  const sink = (from: number): void => {
    for (let at = from; ;) {
      const left = 2 * at + 1
      if (left >= items.length) return
      const least = left + 1 < items.length && isBefore(left + 1, left) ? left + 1 : left
      if (!isBefore(least, at)) return
      swap(at, least)
      at = least
    }
  }
  return {
    first: () => items[0],
    add: (item) => {
      items.push(item)
      for (let at = items.length - 1; at > 0;) {
        const parent = (at - 1) >> 1
        if (!isBefore(at, parent)) return
        swap(at, parent)
        at = parent
      }
    },
    take: () => {
      const last = items.pop()!
      if (items.length === 0) return
      items[0] = last
      sink(0)
    },
    forgot: (left) => {
      if (items.length < SWEEP_MIN || items.length < 2 * left) return
      const present = items.filter(({ isGone }) => !isGone)
      items.length = 0
      items.push(...present)
      for (let at = (items.length >> 1) - 1; at >= 0; at -= 1) sink(at)
    },
  }
}
