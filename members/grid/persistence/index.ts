export { type Keeping, isFileStore, keepingOf, storageOf } from './keeping.ts'
export type { LogSizes } from './segments.ts'
export {
  createPersistence,
  type KeptAside,
  type NoteLevel,
  type Persistence,
} from './persistence.ts'
