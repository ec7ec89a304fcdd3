import type { Alias, Node, Pair, Scalar } from 'yaml'
import { EngineError, type Diagnostics, type Place } from '../../errors/index.ts'
import { placesIn } from '../hocon/index.ts'
import type { ConfigEntry, ConfigNode, ConfigObject, ConfigScalar } from '../nodes.ts'

/** Deeper texts are refused. */
const DEPTH_MAX = 200
/** Further problems follow from those before. */
const PROBLEMS_MAX = 20
/** Nodes after aliases are filled in; more is an attack or a mistake. */
const NODES_MAX = 200_000

type Yaml = typeof import('yaml')

interface YamlReader {
  readonly yaml: Yaml
  /** The nodes that aliases may name, as the text goes on. */
  readonly anchors: Map<string, Node>
  readonly placeAt: (offset: number) => Place
  nodes: number
  readonly openAliases: Set<string>
}

/**
 * Reads a YAML 1.2 text of one document, with anchors, aliases and merge keys. All problems go to
 * `diagnostics`; what could be read is returned. An empty text is an empty object.
 */
export const readYaml = async (
  text: string,
  file: string,
  diagnostics: Diagnostics,
): Promise<ConfigNode> => {
  const placeAt = placesIn(text, file)
  const empty: ConfigObject = { kind: 'object', at: placeAt(0), entries: new Map() }
  const yaml = await import('yaml')
  try {
    const document = yaml.parseDocument(text, {
      prettyErrors: false,
      merge: true,
      logLevel: 'error',
    })
    for (const problem of document.errors.slice(0, PROBLEMS_MAX)) {
      diagnostics.error('CFG-001', sentence(problem.message), placeAt(problem.pos[0]))
    }
    if (document.contents === null) return empty
    const reader = {
      yaml,
      anchors: new Map<string, Node>(),
      placeAt,
      nodes: 0,
      openAliases: new Set<string>(),
    }
    return convert(reader, document.contents, 0)
  } catch (thrown) {
    const overflow = new EngineError('CFG-001', 'The text is nested too deeply; flatten it.')
    diagnostics.caught(thrown instanceof RangeError ? overflow : thrown, placeAt(0))
    return empty
  }
}

const sentence = (message: string): string => {
  if (message.includes('call stack')) return 'The text is nested too deeply; flatten it.'
  const [first = ''] = message.split('\n')
  return /[.!?]$/.test(first) ? first : `${first}.`
}

const convert = (reader: YamlReader, node: Node | null, depth: number): ConfigNode => {
  const { yaml } = reader
  const at = reader.placeAt(node?.range?.[0] ?? 0)
  reader.nodes += 1
  if (depth > DEPTH_MAX || reader.nodes > NODES_MAX) {
    const what =
      depth > DEPTH_MAX ? 'nested too deeply' : 'too large once its aliases are filled in'
    throw new EngineError('CFG-001', `The text is ${what}; make it simpler.`, { at })
  }
  // What an alias stands for is gone through again, when its anchors are known already.
  if (
    node !== null &&
    'anchor' in node &&
    node.anchor !== undefined &&
    reader.openAliases.size === 0
  ) {
    reader.anchors.set(node.anchor, node)
  }
  if (yaml.isAlias(node)) return convertAlias(reader, node, depth)
  if (yaml.isMap(node)) return convertMap(reader, node.items as Pair[], at, depth)
  if (yaml.isSeq(node)) {
    const items = node.items.map((item) => convert(reader, item as Node | null, depth + 1))
    return { kind: 'array', at, items }
  }
  return yaml.isScalar(node) ? convertScalar(node, at) : nothing(at)
}

const nothing = (at: Place): ConfigScalar => ({
  kind: 'scalar',
  at,
  value: null,
  text: 'null',
  quoted: false,
})

const convertScalar = (node: Scalar, at: Place): ConfigScalar => {
  const source = node.source ?? ''
  const quoted = node.type !== 'PLAIN'
  const { value } = node
  if (value === null) return nothing(at)
  if (typeof value === 'string') return { kind: 'scalar', at, value, text: value, quoted }
  const isPlain =
    typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  return { kind: 'scalar', at, value: isPlain ? value : source, text: source, quoted }
}

const convertAlias = (reader: YamlReader, alias: Alias, depth: number): ConfigNode => {
  const at = reader.placeAt(alias.range?.[0] ?? 0)
  const target = reader.anchors.get(alias.source)
  if (target === undefined || reader.openAliases.has(alias.source)) {
    const why = target === undefined ? 'names no anchor before it' : 'leads back to itself'
    throw new EngineError('CFG-001', `The alias \`*${alias.source}\` ${why}.`, { at })
  }
  reader.openAliases.add(alias.source)
  try {
    return convert(reader, target, depth + 1)
  } finally {
    reader.openAliases.delete(alias.source)
  }
}

const convertMap = (
  reader: YamlReader,
  pairs: readonly Pair[],
  at: Place,
  depth: number,
): ConfigObject => {
  const merged: [string, ConfigEntry][] = []
  const own: [string, ConfigEntry][] = []
  for (const pair of pairs) {
    const key = convert(reader, pair.key as Node | null, depth + 1)
    if (key.kind !== 'scalar') {
      throw new EngineError('CFG-001', 'A key must be a text.', { at: key.at })
    }
    const value = convert(reader, pair.value as Node | null, depth + 1)
    if (key.text === '<<' && !key.quoted) merged.push(...mergedEntries(value))
    else own.push([key.text, { keyAt: key.at, value }])
  }
  return { kind: 'object', at, entries: new Map([...merged, ...own]) }
}

/** Of several maps that are merged in, the first that has a key wins. */
const mergedEntries = (value: ConfigNode): [string, ConfigEntry][] => {
  if (value.kind === 'object') return [...value.entries]
  if (value.kind === 'array') return value.items.toReversed().flatMap(mergedEntries)
  throw new EngineError('CFG-001', '`<<` merges maps only.', { at: value.at })
}
