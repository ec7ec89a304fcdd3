import { balance } from './balance.ts'

/** Chooses the members within a group: level by level, as each level has rows of its own. */
const placeInGroup = (
  group: readonly string[],
  present: readonly (readonly string[])[],
  rows: readonly number[],
): Map<number, string> => {
  const lists = rows.map((row) =>
    present[row]!.flatMap((id) => (group.includes(id) ? [group.indexOf(id)] : [])),
  )
  const placed = balance(lists, group.length, 1)
  return new Map(rows.map((row, at) => [row, group[placed[at]![0]!]!]))
}

/**
 * What each row should be: `depth` members of different groups, each group with as many rows as the
 * others at each replica index, give or take one, and so each member within its group. `present` is
 * what the rows are now; ids that are in no group are gone. What is in place stays where it can.
 * `depth` is at most the count of groups.
 */
export const assign = (
  present: readonly (readonly string[])[],
  groups: readonly (readonly string[])[],
  depth: number,
): string[][] => {
  const groupOf = new Map(groups.flatMap((group, at) => group.map((id) => [id, at] as const)))
  const lists = present.map((ids) => {
    const found = ids.flatMap((id) => groupOf.get(id) ?? [])
    return found.filter((unit, at) => found.indexOf(unit) === at)
  })
  const placed = balance(lists, groups.length, depth)
  const targets: string[][] = placed.map(() => [])
  for (let index = 0; index < depth; index += 1) {
    for (const [unit, group] of groups.entries()) {
      const rows: number[] = []
      for (const [row, units] of placed.entries()) if (units[index] === unit) rows.push(row)
      for (const [row, id] of placeInGroup(group, present, rows)) targets[row]!.push(id)
    }
  }
  return targets
}
