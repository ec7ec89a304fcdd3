export { createRing } from './ringMemory.ts'
export { RingReader } from './ringReader.ts'
export { RingWriter } from './ringWriter.ts'
