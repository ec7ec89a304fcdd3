import type { MigrationEvent, PartitionLostEvent } from './events.ts'
import type { PartitionRow } from './row.ts'

/** The table of partitions as this member knows it, and its part in changing it. */
export interface PartitionTable {
  readonly partitionCount: number
  /** Undefined until the first table has come. */
  row(partition: number): PartitionRow | undefined
  /** Takes a row that a peer told, if it is newer than ours. */
  adopt(partition: number, row: PartitionRow): void
  /** Called once for each partition whose row has changed, in the order of the changes. */
  onRow(
    listener: (partition: number, row: PartitionRow, previous: PartitionRow | undefined) => void,
  ): () => void
  /** The primary tells: every replica of this row, present and next, holds everything. */
  reportInSync(partition: number, version: number): void
  /** A backup tells whether it was found to hold all that the primary of its row holds. */
  reportCompared(partition: number, isEqual: boolean): void
  /** The master asks the primary to stop serving this row and to report once nothing is under way. */
  onHandover(listener: (partition: number, version: number) => void): () => void
  /** The answer to `onHandover`: nothing is served and nothing waits for a backup. */
  reportFrozen(partition: number, version: number): void
  /** All rows are known, no migration is planned or under way, all replicas are in sync. */
  isSafe(): boolean
  /** Rows that are to change, as the active master counts them; what others last heard of it. */
  migrationQueueSize(): number
  /**
   * Hands over all that this member owns; resolves when it owns nothing or nobody can take it. It
   * waits as long as there is no master that may move anything; `close` ends that.
   */
  leave(): Promise<void>
  /** A structure with so many copies is used: rows get as many replicas, where there are members. */
  needCopies(copies: number): void
  /** As this member sees them: it may miss some of those that came fast one after the other. */
  onMigration(listener: (event: MigrationEvent) => void): () => void
  onPartitionLost(listener: (event: PartitionLostEvent) => void): () => void
  close(): void
}
