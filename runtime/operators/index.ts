export type {
  Operator,
  OperatorPlace,
  Outbox,
  Snapshot,
  StateEntry,
  StateWriter,
} from './operator.ts'
export {
  CHUNK_BYTES,
  ChunkWriter,
  packEntries,
  unpackEntries,
  type ChunkTarget,
} from './stateChunks.ts'
