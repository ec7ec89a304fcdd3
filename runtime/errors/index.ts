export type { ErrorCode } from '../codes/index.ts'
export { Diagnostics, formatDiagnostic, type Diagnostic } from './diagnostics.ts'
export {
  EngineError,
  formatEngineError,
  messageOf,
  type EngineErrorOptions,
  type Retry,
} from './engineError.ts'
export { formatPlace, type Place } from './places.ts'
export { nearest } from './nearest.ts'
export { assert } from './assert.ts'
