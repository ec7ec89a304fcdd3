import type { Random } from '../../runtime/host/index.ts'
import type { Plan } from '../plan/index.ts'
import type { EdgePlan, TaskPlaces } from '../workers/index.ts'
import { edgesOf } from './edges.ts'
import type { PipelineTasks } from './pipelineTasks.ts'
import type { TaskHandle } from './taskHandle.ts'

/** Half of the hexadecimal digits that a stream proves itself with. */
const tokenBytes = 16

export interface GroupStreamsOptions {
  readonly plan: Plan
  readonly tasks: PipelineTasks
  readonly places: TaskPlaces
  readonly random: Random
}

/**
 * Plans the edges between groups and lets those that rows reach from other members listen, so that
 * the senders can be told where.
 */
export const connectGroups = async (
  groups: readonly TaskHandle[],
  { plan, tasks, places, random }: GroupStreamsOptions,
): Promise<EdgePlan[]> => {
  const edges = edgesOf(plan, tasks.vertexIds, places, () => random.bytes(tokenBytes).toHex())
  const addresses = await Promise.all(
    groups.map(async (group, instance) => {
      const tokens = edges.flatMap(({ to, link }) =>
        to === instance && link.kind === 'stream' ? [link.token] : [],
      )
      if (tokens.length === 0) return undefined
      return (await group.ask({ kind: 'listen', tokens }, 'listening')).address
    }),
  )
  return edges.map((edge) => {
    const address = addresses[edge.to]
    if (edge.link.kind === 'ring' || address === undefined) return edge
    return { ...edge, link: { ...edge.link, address } }
  })
}
