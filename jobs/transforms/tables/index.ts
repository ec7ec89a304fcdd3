export { picking, rebuilt, requireColumn, requireDistinct, withColumns } from './schemas.ts'
export {
  defineTableTransform,
  type FailRow,
  type TableTransform,
  type TableTransformPlugin,
} from './tableTransform.ts'
