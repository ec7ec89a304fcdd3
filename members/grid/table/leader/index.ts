export { printLeader } from './print.ts'
export {
  createLeader,
  isSettled,
  type LeaderEffect,
  type LeaderEvent,
  type LeaderInput,
  type LeaderSettings,
  type LeaderState,
  mayLeave,
  migrationsLeft,
  type PartitionVersion,
  unsyncedRows,
} from './state.ts'
export { step } from './step.ts'
