import type { Plan } from '../plan/index.ts'
import type { EdgePlan, TaskPlaces } from '../workers/index.ts'

/**
 * The way from each instance to each other one, for every edge whose rows change instances: a ring
 * within a member, a stream between two. `makeToken` makes the secret of a stream.
 */
export const edgesOf = (
  plan: Plan,
  vertexIds: readonly number[],
  places: TaskPlaces,
  makeToken: () => string,
): EdgePlan[] => {
  const edges: EdgePlan[] = []
  for (const [edgeIndex, edge] of plan.edges.entries()) {
    if (edge.partitioning.kind === 'forward' || !vertexIds.includes(edge.from)) continue
    for (let from = 0; from < plan.vertices[edge.from]!.parallelism; from += 1) {
      for (let to = 0; to < plan.vertices[edge.to]!.parallelism; to += 1) {
        if (from === to) continue
        const isWithin = places[`group ${from}`] === places[`group ${to}`]
        edges.push({
          edgeIndex,
          from,
          to,
          link: isWithin ? { kind: 'ring' } : { kind: 'stream', token: makeToken() },
        })
      }
    }
  }
  return edges
}
