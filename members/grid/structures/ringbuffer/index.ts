export type { Overflow } from './operations.ts'
export {
  createRingbuffer,
  type ReadItem,
  type ReadOptions,
  type ReadResult,
  type Ringbuffer,
} from './proxy.ts'
export { createRingbuffers } from './structure.ts'
