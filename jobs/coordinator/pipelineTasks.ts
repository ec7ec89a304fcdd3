import type { Plan } from '../plan/index.ts'
import { loadSink } from '../tasks/index.ts'
import type { TaskName } from '../workers/index.ts'

/** The task groups of one pipeline: one an enumerator, one a committer, P for the rows. */
export interface PipelineTasks {
  readonly vertexIds: readonly number[]
  readonly enumerators: readonly number[]
  /** The sinks that commit in two phases. */
  readonly committers: readonly number[]
  readonly groupCount: number
}

export const pipelineTasks = async (
  plan: Plan,
  vertexIds: readonly number[],
): Promise<PipelineTasks> => {
  const vertices = vertexIds.map((id) => plan.vertices[id]!)
  const committers: number[] = []
  for (const vertex of vertices) {
    if (vertex.kind !== 'sink') continue
    if ((await loadSink(vertex)).createCommitter !== undefined) committers.push(vertex.id)
  }
  return {
    vertexIds,
    enumerators: vertices.filter((vertex) => vertex.kind === 'source').map((vertex) => vertex.id),
    committers,
    groupCount: Math.max(...vertices.map((vertex) => vertex.parallelism)),
  }
}

/** Each takes a slot of its own. */
export const taskNames = ({ enumerators, committers, groupCount }: PipelineTasks): TaskName[] => [
  ...enumerators.map((id): TaskName => `enumerator ${id}`),
  ...committers.map((id): TaskName => `committer ${id}`),
  ...Array.from({ length: groupCount }, (_, instance): TaskName => `group ${instance}`),
]
