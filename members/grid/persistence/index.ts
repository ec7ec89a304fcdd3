export { type Keeping, isFileStore, keepingOf, storageOf } from './keeping.ts'
export { createPersistence, type NoteLevel, type Persistence } from './persistence.ts'
