import type { Diagnostics } from '../../runtime/errors/index.ts'
import { formatType, type TableSchema } from '../../runtime/rows/index.ts'
import { deadLetterTable } from '../deadletters/index.ts'
import { inFlowOrder, inputEdges, placedIn, type Plan, type Vertex } from '../plan/index.ts'
import { BINDING_HOST } from './bindingHost.ts'
import type { Plugin } from './registries.ts'

/** The tables of a vertex as far as the options tell them; undefined when one must ask outside. */
export interface StaticTables {
  readonly input: readonly TableSchema[] | undefined
  readonly output: readonly TableSchema[] | undefined
}

/**
 * Follows the tables that the sources declare through the transforms without running anything, so
 * that an unknown column is found before the job runs. Without a plugin, a vertex has no tables.
 * Problems go to `diagnostics`.
 */
export const planTables = (
  plan: Plan,
  plugins: readonly (Plugin | undefined)[],
  diagnostics: Diagnostics,
): readonly StaticTables[] => {
  const tables: StaticTables[] = []
  for (const id of inFlowOrder(plan)) {
    const vertex = plan.vertices[id]!
    const input = inputOf(plan, vertex, tables)
    if (input !== undefined) checkInputs(plan, vertex, tables, diagnostics)
    tables[id] = { input, output: outputOf(vertex, plugins[id], input, diagnostics) }
  }
  return tables
}

const inputOf = (
  plan: Plan,
  vertex: Vertex,
  tables: readonly StaticTables[],
): readonly TableSchema[] | undefined => {
  const inputs = inputEdges(plan, vertex.id).map((edge) => tables[edge.from]!.output)
  if (inputs.includes(undefined)) return undefined
  const { mode, output } = plan.env.deadLetters
  const readsDeadLetters = mode === 'ROUTE' && output !== undefined && vertex.input.includes(output)
  return [
    ...inputs.flatMap((each) => each ?? []),
    ...(readsDeadLetters ? [deadLetterTable(output)] : []),
  ]
}

const outputOf = (
  vertex: Vertex,
  plugin: Plugin | undefined,
  input: readonly TableSchema[] | undefined,
  diagnostics: Diagnostics,
): readonly TableSchema[] | undefined => {
  try {
    switch (plugin?.kind) {
      case undefined:
        return undefined
      case 'source':
        return plugin.declaredTables(vertex.options, vertex.output)
      case 'transform':
        return input?.flatMap((table) => plugin.bind(vertex.options, table, BINDING_HOST).outputs)
      case 'sink':
        return []
      default:
        return plugin satisfies never
    }
  } catch (thrown) {
    diagnostics.caught(placedIn(vertex, thrown), vertex.at)
    return undefined
  }
}

/** Several inputs of one vertex must have the same columns, and none may have several tables. */
const checkInputs = (
  plan: Plan,
  vertex: Vertex,
  tables: readonly StaticTables[],
  diagnostics: Diagnostics,
): void => {
  const edges = inputEdges(plan, vertex.id)
  if (edges.length < 2) return
  const at = vertex.optionPlaces['plugin_input'] ?? vertex.at
  const first = plan.vertices[edges[0]!.from]!
  for (const { from } of edges) {
    const output = tables[from]!.output ?? []
    const { plugin, output: name } = plan.vertices[from]!
    if (output.length > 1) {
      const message = `${vertex.plugin} reads several inputs, but \`${name}\` of ${plugin} has ${output.length} tables; give it a ${vertex.kind} of its own.`
      diagnostics.error('PLN-003', message, at)
    } else if (rowType(output[0]) !== rowType(tables[first.id]!.output?.[0])) {
      const message = `${vertex.plugin} reads \`${first.output}\` and \`${name}\`, whose columns differ: ${rowType(tables[first.id]!.output?.[0])} and ${rowType(output[0])}.`
      diagnostics.error('PLN-003', message, at)
    }
  }
}

const rowType = (table: TableSchema | undefined): string =>
  (table?.columns ?? []).map((column) => `${column.name} ${formatType(column.type)}`).join(', ')
