export {
  defineTransform,
  type BoundTransform,
  type RejectRow,
  type TransformPlugin,
} from './contract.ts'
export { bindTable } from './bindTable.ts'
export { TRANSFORMS, type TransformEntry } from './registry.ts'
