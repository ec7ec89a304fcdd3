export type { DataMember, MemberGrouping } from './assignment/index.ts'
export { recommendedBackupCount } from './backupCount.ts'
export { createPartitionTable, type PartitionTableOptions } from './driver.ts'
export { type MigrationEvent, migrationEvents, type PartitionLostEvent } from './events.ts'
export {
  createLeader,
  type LeaderEffect,
  type LeaderEvent,
  type LeaderInput,
  type LeaderSettings,
  type LeaderState,
  printLeader,
  step,
} from './leader/index.ts'
export {
  decodePublication,
  decodeRows,
  encodePublication,
  encodeRows,
  type Publication,
} from './messages.ts'
export type { PartitionTable } from './partitionTable.ts'
export type { KeptCopy, Recovery } from './recovery.ts'
export {
  EPOCH_STRIDE,
  holdersOf,
  LIFE_STRIDE,
  isLostIn,
  lostVersionOf,
  type PartitionRow,
  primaryOf,
  sameIds,
} from './row.ts'
export { createTableCopy, type TableCopy } from './tableCopy.ts'
