import { decodeText, type ConfigNode, type ConfigObject } from '../../runtime/config/index.ts'
import { Diagnostics, type Diagnostic } from '../../runtime/errors/index.ts'
import type { Disk } from '../../runtime/host/index.ts'
import type { Edge, Plan, Vertex, VertexKind } from '../plan/index.ts'
import { pluginBlocks, type PluginBlock } from './blocks.ts'
import { parseEnvironment } from './environmentBlock.ts'
import { formatOf, readTree, type JobFormat } from './formats.ts'
import { loadPlugin, REGISTRIES, type Plugin, type Registries } from './registries.ts'
import { decryptTree } from './shade.ts'
import { planTables, type StaticTables } from './tables.ts'
import type { JobVariables } from './variables.ts'
import { vertexOf } from './vertices.ts'
import { wire, type UnwiredVertex } from './wire.ts'

export interface ReadJobOptions extends Partial<JobVariables> {
  /** Unknown options are errors. */
  readonly strict?: boolean
  /** Where plugins are looked up; all that there are unless given. */
  readonly registries?: Registries
  /** Where includes are read; without it they are refused. */
  readonly disk?: Pick<Disk, 'stat' | 'readFile'> | undefined
}

/** A job as read: with a plan where no diagnostic is an error. */
export interface ReadJob {
  readonly plan?: Plan
  /** The plugin of each vertex of the plan. */
  readonly plugins: readonly Plugin[]
  /** The tables of each vertex of the plan as far as they are known before it runs. */
  readonly tables: readonly StaticTables[]
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a job file; its name tells the format. Every problem is among the diagnostics. */
export const readJobFile = async (
  host: { readonly disk: Pick<Disk, 'stat' | 'readFile'> },
  path: string,
  options: ReadJobOptions = {},
): Promise<ReadJob> => {
  const diagnostics = new Diagnostics()
  try {
    const text = decodeText(await host.disk.readFile(path), path)
    return await readJobText(text, formatOf(path), path, { disk: host.disk, ...options })
  } catch (thrown) {
    diagnostics.caught(thrown, { file: path, line: 1, column: 1 })
    return { plugins: [], tables: [], diagnostics: diagnostics.all }
  }
}

/** Reads the text of a job; `file` is what places name. */
export const readJobText = async (
  text: string,
  format: JobFormat,
  file: string,
  options: ReadJobOptions = {},
): Promise<ReadJob> => {
  const diagnostics = new Diagnostics()
  const { variables = {}, environment = {}, disk } = options
  const sourceText = { text, file, disk, values: { variables, environment } }
  return readJobTree(await readTree(format, sourceText, diagnostics), diagnostics, options)
}

/** Reads a job from the tree of its text, with what is known to be wrong with it so far. */
export const readJobTree = async (
  tree: ConfigObject,
  diagnostics: Diagnostics,
  options: ReadJobOptions = {},
): Promise<ReadJob> => {
  const root = decryptTree(tree, diagnostics)
  const job = await planOf(root, diagnostics, options)
  const sorted = diagnostics.all.toSorted(
    (left, right) => left.at.line - right.at.line || left.at.column - right.at.column,
  )
  return { ...(diagnostics.hasErrors ? { plugins: [], tables: [] } : job), diagnostics: sorted }
}

const planOf = async (
  root: ConfigObject,
  diagnostics: Diagnostics,
  { strict = false, registries = REGISTRIES }: ReadJobOptions,
): Promise<Omit<ReadJob, 'diagnostics'>> => {
  const isWhole = !diagnostics.hasErrors
  const block = root.entries.get('env')?.value
  const { name, env } = parseEnvironment(environmentOf(block, root), diagnostics, strict)
  const blocks = pluginBlocks(root, diagnostics)
  const plugins: (Plugin | undefined)[] = []
  for (const each of blocks) plugins.push(await loadPlugin(each, registries, diagnostics))
  const unwired: UnwiredVertex[] = []
  for (const [id, each] of blocks.entries()) {
    const errorsBefore = countErrors(diagnostics)
    const position = { id, index: indexInKind(blocks, id) }
    unwired.push(vertexOf(each, plugins[id], position, diagnostics, strict))
    // With malformed options a plugin cannot be asked for its tables.
    if (countErrors(diagnostics) > errorsBefore) plugins[id] = undefined
  }
  // A text with errors may lack what was meant to be wired.
  const graph = isWhole ? wire(unwired, env, root.at, diagnostics) : undefined
  if (graph === undefined) return { plugins: [], tables: [] }
  const edges = graph.edges.map((edge) => keyedEdge(edge, graph.vertices[edge.to]!, plugins))
  const plan = deepFreeze({ name, env, vertices: graph.vertices, edges })
  const tables = planTables(plan, plugins, diagnostics)
  return { plan, plugins: plugins.filter((plugin) => plugin !== undefined), tables }
}

/** A transform may need equal rows in one instance. */
const keyedEdge = (edge: Edge, to: Vertex, plugins: readonly (Plugin | undefined)[]): Edge => {
  const plugin = plugins[to.id]
  const columns = plugin?.kind === 'transform' ? plugin.keyColumns?.(to.options) : undefined
  return columns === undefined || columns.length === 0
    ? edge
    : { ...edge, partitioning: { kind: 'keyed', columns } }
}

const countErrors = (diagnostics: Diagnostics): number =>
  diagnostics.all.filter((diagnostic) => diagnostic.severity === 'error').length

const environmentOf = (block: ConfigNode | undefined, root: ConfigObject): ConfigObject =>
  block?.kind === 'object' ? block : { kind: 'object', at: root.at, entries: new Map() }

const indexInKind = (blocks: readonly PluginBlock[], id: number): number => {
  const kind: VertexKind = blocks[id]!.kind
  return blocks.slice(0, id).filter((each) => each.kind === kind).length
}

const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
