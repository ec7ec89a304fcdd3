export {
  defineTransform,
  type BoundTransform,
  type RejectRow,
  type TransformPlugin,
} from './contract.ts'
export { TRANSFORMS, type TransformEntry } from './registry.ts'
