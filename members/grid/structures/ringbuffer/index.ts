export type { Overflow } from './operations.ts'
export { createRingbuffer, type Ringbuffer } from './proxy.ts'
export type { ReadItem, ReadOptions, ReadResult } from './reading.ts'
export { createRingbuffers } from './structure.ts'
