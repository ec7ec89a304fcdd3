import { pipelinesOf } from './graph.ts'
import type { Plan } from './plan.ts'

export type TaskGroup =
  | { readonly kind: 'enumerator' | 'committer'; readonly vertexId: number }
  | { readonly kind: 'rows'; readonly instance: number; readonly vertexIds: readonly number[] }

export interface PipelineGroups {
  /** From 1, as in names and logs. */
  readonly pipelineId: number
  readonly vertexIds: readonly number[]
  /** Each takes a slot of its own. */
  readonly groups: readonly TaskGroup[]
}

/**
 * What runs in slots, by SeaTunnel's rule: for each pipeline one group a source's enumerator, one a
 * sink's committer, and P for the rows, where P is the highest parallelism; so N = 2 + P for one
 * source and one sink. `hasCommitter` tells the sinks that commit in two phases.
 */
export const taskGroupsOf = (
  plan: Plan,
  hasCommitter: (vertexId: number) => boolean,
): PipelineGroups[] =>
  pipelinesOf(plan).map((vertexIds, index) => {
    const vertices = vertexIds.map((id) => plan.vertices[id]!)
    const enumerators = vertices.filter((vertex) => vertex.kind === 'source')
    const committers = vertices.filter(
      (vertex) => vertex.kind === 'sink' && hasCommitter(vertex.id),
    )
    const instances = Math.max(...vertices.map((vertex) => vertex.parallelism))
    return {
      pipelineId: index + 1,
      vertexIds,
      groups: [
        ...enumerators.map(({ id }) => ({ kind: 'enumerator', vertexId: id }) as const),
        ...committers.map(({ id }) => ({ kind: 'committer', vertexId: id }) as const),
        ...Array.from({ length: instances }, (_, instance) => ({
          kind: 'rows' as const,
          instance,
          vertexIds: vertices.filter((each) => instance < each.parallelism).map((each) => each.id),
        })),
      ],
    }
  })
