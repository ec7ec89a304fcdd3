import type { Edge, Plan } from './plan.ts'

export const inputEdges = (plan: Plan, vertexId: number): Edge[] =>
  plan.edges.filter((edge) => edge.to === vertexId)

export const outputEdges = (plan: Plan, vertexId: number): Edge[] =>
  plan.edges.filter((edge) => edge.from === vertexId)
