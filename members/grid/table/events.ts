import { type PartitionRow, sameIds } from './row.ts'

/** A partition moves, has moved, or does not move any more. */
export interface MigrationEvent {
  readonly kind: 'started' | 'completed' | 'failed'
  readonly partition: number
  /** Ids of members, the primary first: who has it, and who is to have it or has got it. */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** All members that are known to have had everything of the partition are gone: some or all is lost. */
export interface PartitionLostEvent {
  readonly partition: number
  /** Of the first row without the data. */
  readonly version: number
}

/** What a change of a row says about migrations. */
export const migrationEvents = (
  partition: number,
  row: PartitionRow,
  previous: PartitionRow | undefined,
): MigrationEvent[] => {
  const events: MigrationEvent[] = []
  const before = previous?.next
  const { next } = row
  if (before !== undefined && next !== undefined && sameIds(before, next)) return events
  if (previous !== undefined && before !== undefined) {
    const kind = sameIds(row.replicas, before) ? 'completed' : 'failed'
    events.push({ kind, partition, from: previous.replicas, to: before })
  }
  if (next !== undefined) events.push({ kind: 'started', partition, from: row.replicas, to: next })
  return events
}
