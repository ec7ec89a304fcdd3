export { ByteSink } from './byteSink.ts'
export { ByteSource } from './byteSource.ts'
