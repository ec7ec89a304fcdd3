export type {
  Operator,
  OperatorPlace,
  Outbox,
  Snapshot,
  StateEntry,
  StateWriter,
} from './operator.ts'
export { ChunkPacker } from './packedChunk.ts'
export {
  CHUNK_BYTES,
  ChunkWriter,
  packEntries,
  unpackEntries,
  type ChunkTarget,
} from './stateChunks.ts'
