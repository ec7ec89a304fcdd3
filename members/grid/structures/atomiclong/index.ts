export { createAtomicLong, type AtomicLong } from './proxy.ts'
export { createAtomicLongs } from './structure.ts'
