export { createSet, type SharedSet } from './proxy.ts'
export { createSets } from './structure.ts'
