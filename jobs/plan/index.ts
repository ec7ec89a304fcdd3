export type { DeadLetterPolicy, Edge, JobEnvironment, Plan, Vertex, VertexKind } from './plan.ts'
export { inputEdges, outputEdges, pipelinesOf } from './graph.ts'
