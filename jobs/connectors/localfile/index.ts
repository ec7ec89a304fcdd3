export { localFileSink } from './sink.ts'
export { localFileSource } from './source.ts'
