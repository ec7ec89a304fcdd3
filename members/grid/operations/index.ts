export { type ClientWatch, watchClients } from './absentClients.ts'
export {
  HEADS,
  OUTCOMES,
  readNotHere,
  readRefusal,
  writeCall,
  writeNotHere,
  writeRefusal,
} from './codec.ts'
export { createInvoker, type Invoker, type InvokerOptions } from './createInvoker.ts'
export type { GridInvoker, Invocation, Subscription } from './invoker.ts'
export { MERGE_OPERATION, writeMergeHead } from './merging.ts'
export { createPendings } from './pending.ts'
export { createPrimary, type Primary } from './primary.ts'
export { serveCalls } from './service.ts'
export { createUpkeep, type Upkeep } from './upkeep.ts'
export { untilSure } from './untilSure.ts'
