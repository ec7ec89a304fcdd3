import { Diagnostics, type Place } from '../../runtime/errors/index.ts'
import { readJobTree, type ReadJob, type ReadJobOptions } from '../files/index.ts'
import type { Plan, Vertex } from '../plan/index.ts'
import { PLAN_CONNECTORS, PLAN_TRANSFORMS, type PipelineGraph } from '../code/index.ts'
import { stageNames, treeOf } from './tree.ts'

const KIND_TITLES = { source: 'Source', transform: 'Transform', sink: 'Sink' } as const

/** `Transform[2]-enrich`: vertices are known by the names that the code gives its stages. */
const renamed = (plan: Plan, graph: PipelineGraph): Plan => {
  const names = stageNames(graph)
  const counts = { source: 0, transform: 0, sink: 0 }
  const vertices = plan.vertices.map((vertex): Vertex => {
    const index = counts[vertex.kind]++
    return Object.freeze({
      ...vertex,
      name: `${KIND_TITLES[vertex.kind]}[${index}]-${names[vertex.id]!}`,
    })
  })
  return Object.freeze({ ...plan, vertices: Object.freeze(vertices) })
}

/** Makes the plan of a pipeline, as of a job file; `file` is what problems name. */
export const readPipeline = async (
  graph: PipelineGraph,
  file: string,
  options: ReadJobOptions = {},
): Promise<ReadJob> => {
  const at: Place = { file, line: 1, column: 1 }
  const registries = { connectors: PLAN_CONNECTORS, transforms: PLAN_TRANSFORMS }
  const job = await readJobTree(treeOf(graph, at), new Diagnostics(), { ...options, registries })
  return job.plan === undefined ? job : { ...job, plan: renamed(job.plan, graph) }
}
