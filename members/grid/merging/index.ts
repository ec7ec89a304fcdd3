export { createMerger, type MergeEvent, type Merger } from './merger.ts'
