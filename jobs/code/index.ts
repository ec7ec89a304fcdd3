export type { GraphStage, PipelineGraph } from './graph.ts'
export { loadCode, type JobCode } from './jobCode.ts'
export { plainOf, valueOfPlain } from './plainValues.ts'
export { PLAN_CONNECTORS, PLAN_TRANSFORMS } from './registries.ts'
