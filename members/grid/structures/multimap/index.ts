export { createMultiMap, type MultiMap, type MultiMapEvent } from './proxy.ts'
export { createMultiMaps } from './structure.ts'
