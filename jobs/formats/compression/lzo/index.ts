export { openLzop } from './lzopReader.ts'
export { createLzopWriter } from './lzopWriter.ts'
