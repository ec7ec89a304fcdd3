/** One replica index in the making: which unit gets it in each row. */
interface Level {
  readonly owners: number[]
  /** Rows of each unit. */
  readonly owned: number[]
}

interface Work {
  /** Units that each row has now, in order. */
  readonly present: readonly (readonly number[])[]
  readonly unitCount: number
  /** Units that the rows got at the replica indexes before this one. */
  readonly taken: readonly number[][]
  /** Replicas of each unit, over the indexes before this one. */
  readonly totals: readonly number[]
}

const give = (level: Level, row: number, unit: number): void => {
  const before = level.owners[row]!
  if (before >= 0) level.owned[before]! -= 1
  level.owners[row] = unit
  level.owned[unit]! += 1
}

/** Lower is better: who holds the row already before who does not, then who has the least. */
const rankOf = ({ present, totals }: Work, level: Level, row: number, unit: number): number => {
  const newcomer = present[row]!.includes(unit) ? 0 : 1
  return (newcomer * 1e6 + level.owned[unit]!) * 1e6 + totals[unit]!
}

const fillRow = (work: Work, level: Level, row: number, most: number): void => {
  let best = -1
  let bestRank = Infinity
  for (let unit = 0; unit < work.unitCount; unit += 1) {
    if (work.taken[row]!.includes(unit)) continue
    // Above its share only where nobody else is left.
    const excess = level.owned[unit]! >= most ? 1e15 : 0
    const rank = rankOf(work, level, row, unit) + excess
    if (rank < bestRank) [best, bestRank] = [unit, rank]
  }
  give(level, row, best)
}

/** What is in place stays; the rest goes to whoever has the least. */
const startLevel = (work: Work, index: number): Level => {
  const { present, taken, unitCount } = work
  const owners = Array.from({ length: present.length }, () => -1)
  const level: Level = { owners, owned: Array.from({ length: unitCount }, () => 0) }
  for (const [row, units] of present.entries()) {
    const unit = units[index]
    if (unit !== undefined && !taken[row]!.includes(unit)) give(level, row, unit)
  }
  const most = Math.ceil(present.length / unitCount)
  for (const [row, owner] of level.owners.entries()) if (owner < 0) fillRow(work, level, row, most)
  return level
}

interface Hop {
  readonly from: number
  readonly row: number
}

/** What it costs that a row goes from a unit to another one: copies come before changes of order. */
const costOf = (present: readonly number[], from: number, to: number): number =>
  (present.includes(to) ? 0 : 2) + (present.includes(from) ? 1 : 0)

/** Whom of `others` a unit should give a row to: first for this index, then over all indexes. */
const receiverOf = (
  work: Work,
  level: Level,
  unit: number,
  others: Iterable<number>,
): number | undefined => {
  const { owned } = level
  const { totals } = work
  const own = owned[unit]!
  let best: number | undefined
  for (const other of others) {
    const difference = own - owned[other]!
    const overall = totals[unit]! + own - totals[other]! - owned[other]!
    const isBetter = difference > 1 || (difference === 1 && overall > 1)
    if (isBetter && (best === undefined || owned[other]! < owned[best]!)) best = other
  }
  return best
}

/** Adds the hops from a unit to all units that none leads to yet: the cheapest row for each. */
const addHops = (work: Work, level: Level, unit: number, hops: Map<number, Hop>): void => {
  const costs = new Map<number, number>()
  for (const [row, owner] of level.owners.entries()) {
    if (owner !== unit) continue
    for (let other = 0; other < work.unitCount; other += 1) {
      if (other === unit || work.taken[row]!.includes(other)) continue
      if (hops.has(other) && !costs.has(other)) continue
      const cost = costOf(work.present[row]!, unit, other)
      if (cost >= (costs.get(other) ?? Infinity)) continue
      costs.set(other, cost)
      hops.set(other, { from: unit, row })
    }
  }
}

const moveAlong = (level: Level, hops: ReadonlyMap<number, Hop>, to: number): void => {
  let unit = to
  for (let hop = hops.get(unit); hop !== undefined; hop = hops.get(unit)) {
    give(level, hop.row, unit)
    unit = hop.from
  }
}

/** Gives a row of `start` away, over as few others as possible; false when that helps nothing. */
const giveAway = (work: Work, level: Level, start: number): boolean => {
  // Most often one look at the counts is enough.
  if (receiverOf(work, level, start, level.owned.keys()) === undefined) return false
  const hops = new Map<number, Hop>()
  const seen = new Set([start])
  const queue = [start]
  for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
    addHops(work, level, unit, hops)
    hops.delete(start)
    const to = receiverOf(work, level, start, hops.keys())
    if (to !== undefined) {
      moveAlong(level, hops, to)
      return true
    }
    for (const other of hops.keys()) {
      if (!seen.has(other)) queue.push(other)
      seen.add(other)
    }
  }
  return false
}

/** Lets one unit give a row away, the fullest that can; false when none should. */
const improve = (work: Work, level: Level): boolean => {
  const { owned } = level
  const fullestFirst = [...owned.keys()].sort((left, right) => owned[right]! - owned[left]!)
  return fullestFirst.some((unit) => giveAway(work, level, unit))
}

/**
 * Gives each row `depth` different units, so that at each replica index the units have as many rows
 * as each other, give or take one. `present` is what the rows have now: it stays where it can.
 * `depth` is at most `unitCount`.
 */
export const balance = (
  present: readonly (readonly number[])[],
  unitCount: number,
  depth: number,
): number[][] => {
  const taken: number[][] = present.map(() => [])
  const totals = Array.from({ length: unitCount }, () => 0)
  for (let index = 0; index < depth; index += 1) {
    const work = { present, unitCount, taken, totals }
    const level = startLevel(work, index)
    while (improve(work, level));
    for (const [row, unit] of level.owners.entries()) taken[row]!.push(unit)
    for (const [unit, count] of level.owned.entries()) totals[unit]! += count
  }
  return taken
}
