export { renamer, renamingOptions } from './renaming.ts'
export {
  adding,
  picking,
  rebuilt,
  relabelling,
  requireColumn,
  requireDistinct,
  withColumns,
} from './schemas.ts'
export { joinPath, partsOf, type PathParts } from './paths.ts'
export {
  defineTableTransform,
  type FailRow,
  type TableTransform,
  type TableTransformPlugin,
} from './tableTransform.ts'
