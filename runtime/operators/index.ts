export type {
  Operator,
  OperatorPlace,
  Outbox,
  Snapshot,
  StateEntry,
  StateWriter,
} from './operator.ts'
export { BodyPacker, PIECE_HEAD_BYTES, PLAIN, writePiece, type Piece } from './packedChunk.ts'
export {
  CHUNK_BYTES,
  ChunkWriter,
  packEntries,
  unpackEntries,
  type ChunkTarget,
} from './stateChunks.ts'
