export { keyHashOf } from './keyHash.ts'
export { instanceOf, PARTITION_COUNT, partitionBatch, partitionOf } from './partition.ts'
export type { EdgeReader, EdgeWriter } from './edge.ts'
export { createRing, RingReader, RingWriter } from './ring/index.ts'
export { ByteReader, ByteWriter, packAny, readValue, unpackAny, writeValue } from './codec/index.ts'
export {
  listenForStreams,
  StreamReader,
  StreamWriter,
  type StreamListener,
} from './stream/index.ts'
