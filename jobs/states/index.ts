export { inWindows, type ChunkMap } from './chunkMap.ts'
export {
  crcOf,
  createStateShelf,
  isStoredState,
  STATE_MAP,
  stateNameOf,
  type StateShelf,
  type StatesOver,
  type StoredState,
} from './stateShelf.ts'
