export type {
  AllocationStrategy,
  HeldSlot,
  LackReason,
  LoadSample,
  SlotAnswer,
  SlotAssignment,
  SlotDemand,
  SlotDirectory,
  SlotLack,
  SlotOwner,
  Tags,
  WorkerSlots,
} from './directory.ts'
export { createSlotDirectory, type SlotDirectoryOptions } from './slotDirectory.ts'
export {
  startSlotService,
  type SlotService,
  type SlotServiceOptions,
  type SlotSettings,
} from './slotService.ts'
