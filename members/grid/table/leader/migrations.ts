import { type PartitionRow, primaryOf } from '../row.ts'
import { setRow } from './plan.ts'
import { type Draft, MIGRATIONS_MAX } from './state.ts'

/** Who has work with the move of a row: who gives it, who is to lead it, and who gets a copy. */
const participants = (replicas: readonly string[], next: readonly string[]): Set<string> =>
  new Set([replicas[0]!, next[0]!, ...next.filter((id) => !replicas.includes(id))])

const isSynced = (draft: Draft, partition: number, row: PartitionRow): boolean =>
  draft.syncedVersions[partition] === row.version

/** Makes `next` the replicas; the new primary is told first. */
const contract = (draft: Draft, partition: number, next: readonly string[]): void => {
  setRow(draft, partition, { replicas: next, next: undefined })
  draft.targets[partition] = undefined
  draft.first.push(next[0]!)
}

/** Brings an expanded row that is in sync on, to the handover or to its end. */
const advance = (draft: Draft, partition: number, row: PartitionRow): void => {
  const { next, replicas } = row
  if (next === undefined || !isSynced(draft, partition, row)) return
  const isFrozen = draft.handovers.get(partition) === 'frozen'
  if (next[0] === primaryOf(row) || isFrozen) contract(draft, partition, next)
  else if (!draft.handovers.has(partition)) {
    draft.handovers.set(partition, 'asked')
    draft.effects.push({ kind: 'handover', memberId: replicas[0]!, partition })
  }
}

/** Begins moves, as many as the members may have at once, of rows that are in sync. */
const expand = (draft: Draft): void => {
  const loads = new Map<string, number>()
  const add = (ids: ReadonlySet<string>): void => {
    for (const id of ids) loads.set(id, (loads.get(id) ?? 0) + 1)
  }
  for (const row of draft.rows) {
    if (row?.next !== undefined) add(participants(row.replicas, row.next))
  }
  for (const [partition, target] of draft.targets.entries()) {
    const row = draft.rows[partition]!
    if (target === undefined || row.next !== undefined) continue
    if (!isSynced(draft, partition, row)) continue
    const involved = participants(row.replicas, target)
    if ([...involved].some((id) => (loads.get(id) ?? 0) >= MIGRATIONS_MAX)) continue
    setRow(draft, partition, { replicas: row.replicas, next: target })
    add(involved)
  }
}

/** All that can be done now on the way from the rows to their targets. */
export const migrate = (draft: Draft): void => {
  for (const [partition, row] of draft.rows.entries()) {
    if (row !== undefined) advance(draft, partition, row)
  }
  expand(draft)
}
