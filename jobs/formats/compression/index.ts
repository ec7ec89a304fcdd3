export { createLzopWriter, openLzop } from './lzo/index.ts'
export { createDeflater, inflate, type ByteCompressor } from './streams.ts'
