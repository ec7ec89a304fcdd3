export type {
  BoundTransform,
  CountSkipped,
  RejectRow,
  TransformHost,
  TransformPlugin,
} from './contract.ts'
export { TRANSFORMS, type TransformEntry } from './registry.ts'
