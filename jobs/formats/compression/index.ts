export { createDeflater, inflate, type ByteCompressor } from './streams.ts'
