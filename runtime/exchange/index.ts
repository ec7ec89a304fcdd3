export { keyHashOf } from './keyHash.ts'
export { instanceOf, PARTITION_COUNT, partitionBatch, partitionOf } from './partition.ts'
export { createRing, RingReader, RingWriter } from './ring/index.ts'
export { ByteReader, ByteWriter, packAny, readValue, unpackAny, writeValue } from './codec/index.ts'
