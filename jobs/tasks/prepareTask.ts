import type { TableSchema } from '../../runtime/rows/index.ts'
import type { ConnectorContext } from '../connectors/index.ts'
import { deadLetterTable } from '../deadletters/index.ts'
import { inFlowOrder, inputEdges, placedIn, type Plan, type Vertex } from '../plan/index.ts'
import type { Execution, VertexTables } from './messages.ts'
import { loadSink, loadSource, loadTransform } from './plugins.ts'

type Tables = { [vertexId: number]: VertexTables }

/**
 * Finds the tables of every vertex of a pipeline, asking outside where the options do not tell, and
 * then lets the sinks make ready what they write to (save modes), unless the job is restored.
 */
export const prepareTask = async (
  execution: Execution,
  restoring: boolean,
  contextOf: (vertex: Vertex) => ConnectorContext,
): Promise<Tables> => {
  const { plan } = execution
  const tables: Tables = {}
  const vertexIds = inFlowOrder(plan).filter((id) => execution.vertexIds.includes(id))
  for (const id of vertexIds) {
    const vertex = plan.vertices[id]!
    const input = inputTables(plan, vertex, tables)
    tables[id] = { input, output: await outputTables(vertex, input, contextOf(vertex)) }
  }
  if (restoring) return tables
  for (const id of execution.vertexIds) {
    const vertex = plan.vertices[id]!
    if (vertex.kind !== 'sink') continue
    const sink = await loadSink(vertex)
    await sink.prepare?.(vertex.options, tables[id]!.input, contextOf(vertex))
  }
  return tables
}

const outputTables = async (
  vertex: Vertex,
  input: readonly TableSchema[],
  context: ConnectorContext,
): Promise<readonly TableSchema[]> => {
  switch (vertex.kind) {
    case 'source':
      return (await loadSource(vertex)).discoverTables(vertex.options, context)
    case 'transform': {
      const transform = await loadTransform(vertex)
      try {
        return input.flatMap((table) => transform.bind(vertex.options, table, context.host).outputs)
      } catch (thrown) {
        throw placedIn(vertex, thrown)
      }
    }
    case 'sink':
      return []
    default:
      return vertex.kind satisfies never
  }
}

const inputTables = (plan: Plan, vertex: Vertex, tables: Tables): readonly TableSchema[] => {
  const input = inputEdges(plan, vertex.id).flatMap((edge) => tables[edge.from]?.output ?? [])
  const { mode, output } = plan.env.deadLetters
  const takesDeadLetters = mode === 'ROUTE' && output !== undefined && vertex.input.includes(output)
  return takesDeadLetters ? [...input, deadLetterTable(output)] : input
}
