export type { DeadLetterPolicy, Edge, JobEnvironment, Plan, Vertex, VertexKind } from './plan.ts'
