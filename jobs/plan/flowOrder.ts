import { inputEdges } from './graph.ts'
import type { Plan } from './plan.ts'

/** The vertices so that each comes after those it reads from. */
export const inFlowOrder = (plan: Plan): number[] => {
  const order = new Set<number>()
  const visit = (id: number): void => {
    if (order.has(id)) return
    for (const edge of inputEdges(plan, id)) visit(edge.from)
    order.add(id)
  }
  for (const vertex of plan.vertices) visit(vertex.id)
  return [...order]
}
