import { createRing } from '../../runtime/exchange/index.ts'
import type { Plan } from '../plan/index.ts'
import type { RingEdge } from '../tasks/index.ts'

/** What may wait between two instances: enough for some batches, little enough to stay in the cache. */
const ringBytes = 1 << 20

/** A ring from each instance to each other one, for every edge whose rows change instances. */
export const ringsOf = (plan: Plan, vertexIds: readonly number[]): RingEdge[] => {
  const rings: RingEdge[] = []
  for (const [edgeIndex, edge] of plan.edges.entries()) {
    if (edge.partitioning.kind === 'forward' || !vertexIds.includes(edge.from)) continue
    for (let from = 0; from < plan.vertices[edge.from]!.parallelism; from += 1) {
      for (let to = 0; to < plan.vertices[edge.to]!.parallelism; to += 1) {
        if (from !== to) rings.push({ edgeIndex, from, to, memory: createRing(ringBytes) })
      }
    }
  }
  return rings
}
