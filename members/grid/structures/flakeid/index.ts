export { createFlakeIdGenerator, type FlakeIdGenerator, type IdBatch } from './proxy.ts'
export { createFlakeIdGenerators } from './structure.ts'
