import { nearest, type Diagnostics, type Place } from '../../runtime/errors/index.ts'
import type { Edge, JobEnvironment, Vertex, VertexKind } from '../plan/index.ts'

/** A vertex before its inputs are found. */
export interface UnwiredVertex extends Omit<Vertex, 'parallelism'> {
  /** As written; undefined takes what follows from the inputs or the environment. */
  readonly parallelism: number | undefined
}

export interface WiredGraph {
  readonly vertices: readonly Vertex[]
  readonly edges: readonly Edge[]
}

/**
 * Joins the vertices by the names of their inputs and outputs, by SeaTunnel's rules: a job of one
 * source, at most one transform and one sink is a chain whatever the names are; in any other each
 * output has a name of its own and is read, and each input exists. All problems go to `diagnostics`; what could
 * be wired is returned, unless it goes in a circle.
 */
export const wire = (
  vertices: readonly UnwiredVertex[],
  env: JobEnvironment,
  at: Place,
  diagnostics: Diagnostics,
): WiredGraph | undefined => {
  requireEnds(vertices, at, diagnostics)
  const pairs = isSimple(vertices, env)
    ? chain(vertices, diagnostics)
    : byNames(vertices, env, at, diagnostics)
  if (reportCycle(vertices, pairs, diagnostics)) return undefined
  const parallelism = parallelismOf(vertices, pairs, env)
  return {
    vertices: vertices.map((vertex) => ({ ...vertex, parallelism: parallelism[vertex.id]! })),
    edges: pairs.map(([from, to]) => ({
      from,
      to,
      partitioning: { kind: parallelism[from] === parallelism[to] ? 'forward' : 'rebalance' },
    })),
  }
}

type Pair = readonly [from: number, to: number]

const count = (vertices: readonly UnwiredVertex[], kind: VertexKind): number =>
  vertices.filter((vertex) => vertex.kind === kind).length

const requireEnds = (
  vertices: readonly UnwiredVertex[],
  at: Place,
  diagnostics: Diagnostics,
): void => {
  for (const kind of ['source', 'sink'] as const) {
    if (count(vertices, kind) > 0) continue
    diagnostics.error('PLN-001', `The job has no ${kind}; add a block \`${kind} { … }\`.`, at)
  }
}

const deadLetterOutput = (env: JobEnvironment): string | undefined =>
  env.deadLetters.mode === 'ROUTE' ? env.deadLetters.output : undefined

const isSimple = (vertices: readonly UnwiredVertex[], env: JobEnvironment): boolean =>
  count(vertices, 'source') === 1 &&
  count(vertices, 'transform') <= 1 &&
  count(vertices, 'sink') === 1 &&
  deadLetterOutput(env) === undefined

const chain = (vertices: readonly UnwiredVertex[], diagnostics: Diagnostics): Pair[] =>
  vertices.slice(1).map((vertex, index) => {
    const before = vertices[index]!
    const { input } = vertex
    if (input.length > 0 && before.output !== null && !input.includes(before.output)) {
      const message = `${vertex.plugin} reads from \`${input.join(', ')}\` but ${before.plugin} writes \`${before.output}\`; as there is no other, it is read.`
      diagnostics.warning('PLN-001', message, placeOf(vertex, 'plugin_input'))
    }
    return [before.id, vertex.id]
  })

const placeOf = (vertex: UnwiredVertex, key: string): Place => vertex.optionPlaces[key] ?? vertex.at

const byNames = (
  vertices: readonly UnwiredVertex[],
  env: JobEnvironment,
  at: Place,
  diagnostics: Diagnostics,
): Pair[] => {
  const deadLetters = deadLetterOutput(env)
  const producers = namedOutputs(vertices, deadLetters, diagnostics)
  const pairs: Pair[] = []
  const names = [...producers.keys(), ...(deadLetters === undefined ? [] : [deadLetters])]
  for (const vertex of vertices) {
    if (vertex.kind === 'source') continue
    if (vertex.input.length === 0) {
      const message = `${vertex.plugin} does not say what it reads; add \`plugin_input\`.`
      diagnostics.error('PLN-001', message, vertex.at)
    }
    for (const name of new Set(vertex.input)) {
      const from = producers.get(name)
      if (from !== undefined) pairs.push([from.id, vertex.id])
      else if (name !== deadLetters) reportUnknownInput(vertex, name, names, diagnostics)
      else if (vertex.kind !== 'sink') {
        const message = `${vertex.plugin} cannot read the dead letters \`${name}\`; only sinks can.`
        diagnostics.error('PLN-001', message, placeOf(vertex, 'plugin_input'))
      }
    }
  }
  reportUnread(vertices, deadLetters, at, diagnostics)
  return pairs
}

const namedOutputs = (
  vertices: readonly UnwiredVertex[],
  deadLetters: string | undefined,
  diagnostics: Diagnostics,
): Map<string, UnwiredVertex> => {
  const producers = new Map<string, UnwiredVertex>()
  for (const vertex of vertices) {
    if (vertex.kind === 'sink') continue
    const { output } = vertex
    if (output === null) {
      const message = `${vertex.plugin} has no name that others could read; add \`plugin_output\`.`
      diagnostics.error('PLN-001', message, vertex.at)
    } else if (producers.has(output) || output === deadLetters) {
      const other = producers.get(output)
      const owner =
        other === undefined ? '`dead_letter.output`' : `${other.plugin} in line ${other.at.line}`
      const message = `The output \`${output}\` is also that of ${owner}; rename one of them.`
      diagnostics.error('PLN-001', message, placeOf(vertex, 'plugin_output'))
    } else {
      producers.set(output, vertex)
    }
  }
  return producers
}

const reportUnknownInput = (
  vertex: UnwiredVertex,
  name: string,
  names: readonly string[],
  diagnostics: Diagnostics,
): void => {
  const meant = nearest(name, names)
  const hint =
    meant === undefined
      ? ` There is ${names.map((each) => `\`${each}\``).join(', ') || 'none'}.`
      : ` Did you mean \`${meant}\`?`
  const message = `${vertex.plugin} reads from \`${name}\`, which nothing writes.${hint}`
  diagnostics.error('PLN-001', message, placeOf(vertex, 'plugin_input'))
}

const reportUnread = (
  vertices: readonly UnwiredVertex[],
  deadLetters: string | undefined,
  at: Place,
  diagnostics: Diagnostics,
): void => {
  const read = new Set(vertices.flatMap((vertex) => vertex.input))
  for (const vertex of vertices) {
    if (vertex.kind === 'sink' || vertex.output === null || read.has(vertex.output)) continue
    const message = `Nothing reads the output \`${vertex.output}\` of ${vertex.plugin}; read it, or remove the plugin.`
    diagnostics.error('PLN-001', message, placeOf(vertex, 'plugin_output'))
  }
  if (deadLetters !== undefined && !read.has(deadLetters)) {
    const message = `No sink reads the dead letters \`${deadLetters}\`; add one with \`plugin_input = ${deadLetters}\`.`
    diagnostics.error('PLN-001', message, at)
  }
}

const reportCycle = (
  vertices: readonly UnwiredVertex[],
  pairs: readonly Pair[],
  diagnostics: Diagnostics,
): boolean => {
  const waiting = new Set(vertices.map((vertex) => vertex.id))
  for (let before = -1; before !== waiting.size;) {
    before = waiting.size
    for (const id of waiting) {
      if (!pairs.some(([from, to]) => to === id && waiting.has(from))) waiting.delete(id)
    }
  }
  const [first] = waiting
  if (first === undefined) return false
  const vertex = vertices[first]!
  const message = `${vertex.plugin} reads, over others, what it writes itself; break the circle.`
  diagnostics.error('PLN-001', message, placeOf(vertex, 'plugin_input'))
  return true
}

/** A source has its own or the job's; the others have the most of those that they read from. */
const parallelismOf = (
  vertices: readonly UnwiredVertex[],
  pairs: readonly Pair[],
  env: JobEnvironment,
): number[] => {
  const known: (number | undefined)[] = []
  const find = (id: number): number => {
    const vertex = vertices[id]!
    const inputs = pairs.filter(([, to]) => to === id).map(([from]) => from)
    known[id] ??=
      vertex.parallelism ??
      (vertex.kind === 'source' ? env.parallelism : Math.max(1, ...inputs.map(find)))
    return known[id]
  }
  return vertices.map((vertex) => find(vertex.id))
}
