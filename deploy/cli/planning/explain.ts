import type { SinkConnector } from '../../../jobs/connectors/index.ts'
import type { Plugin, ReadJob } from '../../../jobs/files/index.ts'
import { outputEdges, taskGroupsOf, type Plan, type TaskGroup } from '../../../jobs/plan/index.ts'

/** What a row is worth after a crash, from where it is read to where it is written. */
export type PathGuarantee = 'exactly-once' | 'idempotent' | 'at-least-once' | 'best-effort'

export interface ExplainedVertex {
  readonly id: number
  readonly name: string
  readonly parallelism: number
  /** The tables that it yields; undefined when only the running job can tell. */
  readonly tables: readonly string[] | undefined
}

export interface ExplainedPath {
  readonly source: string
  readonly sink: string
  readonly guarantee: PathGuarantee
}

export interface ExplainedPipeline {
  readonly id: number
  /** One a task group. */
  readonly slots: number
  readonly groups: readonly {
    readonly kind: TaskGroup['kind']
    readonly vertices: readonly string[]
  }[]
}

/** What a job will do, told without running it. JSON-safe. */
export interface Explanation {
  readonly name: string
  readonly mode: 'BATCH' | 'STREAMING'
  readonly parallelism: number
  readonly checkpointIntervalMs: number | null
  readonly vertices: readonly ExplainedVertex[]
  readonly edges: Plan['edges']
  readonly paths: readonly ExplainedPath[]
  readonly pipelines: readonly ExplainedPipeline[]
}

const reachableFrom = (plan: Plan, start: number): Set<number> => {
  const reached = new Set<number>()
  const visit = (id: number): void => {
    if (reached.has(id)) return
    reached.add(id)
    for (const edge of outputEdges(plan, id)) visit(edge.to)
  }
  visit(start)
  return reached
}

const guaranteeOf = (
  { env }: Plan,
  replayable: boolean,
  sink: SinkConnector,
  options: object,
): PathGuarantee => {
  if (!replayable) return 'best-effort'
  // The plan's options come from this sink's own spec.
  const guarantee = sink.guarantee(options as Parameters<typeof sink.guarantee>[0])
  const mayRepeat = env.processingGuarantee === 'AT_LEAST_ONCE'
  return mayRepeat && guarantee === 'exactly-once' ? 'at-least-once' : guarantee
}

const pathsOf = (plan: Plan, plugins: readonly Plugin[]): ExplainedPath[] =>
  plan.vertices.flatMap((source) => {
    const sourcePlugin = plugins[source.id]!
    if (sourcePlugin.kind !== 'source') return []
    const reached = reachableFrom(plan, source.id)
    return plan.vertices.flatMap((sink) => {
      const sinkPlugin = plugins[sink.id]!
      if (sinkPlugin.kind !== 'sink' || !reached.has(sink.id)) return []
      const guarantee = guaranteeOf(plan, sourcePlugin.replayable, sinkPlugin, sink.options)
      return [{ source: source.name, sink: sink.name, guarantee }]
    })
  })

const pipelinesOf = (plan: Plan, plugins: readonly Plugin[]): ExplainedPipeline[] => {
  const nameOf = (id: number): string => plan.vertices[id]!.name
  const hasCommitter = (id: number): boolean => {
    const plugin = plugins[id]
    return plugin?.kind === 'sink' && plugin.createCommitter !== undefined
  }
  return taskGroupsOf(plan, hasCommitter).map(({ pipelineId, groups }) => ({
    id: pipelineId,
    slots: groups.length,
    groups: groups.map((group) => ({
      kind: group.kind,
      vertices: (group.kind === 'rows' ? group.vertexIds : [group.vertexId]).map(nameOf),
    })),
  }))
}

export const explainJob = (plan: Plan, { plugins, tables }: ReadJob): Explanation => ({
  name: plan.name,
  mode: plan.env.mode,
  parallelism: plan.env.parallelism,
  checkpointIntervalMs: plan.env.checkpointIntervalMs ?? null,
  vertices: plan.vertices.map(({ id, name, parallelism }) => ({
    id,
    name,
    parallelism,
    tables: tables[id]?.output?.map((table) => table.path),
  })),
  edges: plan.edges,
  paths: pathsOf(plan, plugins),
  pipelines: pipelinesOf(plan, plugins),
})
