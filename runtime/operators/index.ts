export type { Operator, OperatorPlace, Outbox, StateEntry } from './operator.ts'
export {
  CHUNK_BYTES,
  ChunkWriter,
  packEntries,
  StatePacker,
  unpackEntries,
  type ChunkTarget,
} from './stateChunks.ts'
