export { createLzopWriter } from './lzop.ts'
export { createDeflater, inflate, type ByteCompressor } from './streams.ts'
