export { RecordArena } from './arena.ts'
export { TIME_MS_MAX } from './records.ts'
export { RecordStore } from './store.ts'
