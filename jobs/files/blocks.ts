import type { ConfigEntry, ConfigNode, ConfigObject } from '../../runtime/config/index.ts'
import { nearest, type Diagnostics, type Place } from '../../runtime/errors/index.ts'
import type { VertexKind } from '../plan/index.ts'

/** One plugin as a job file names it; its options are not looked at yet. */
export interface PluginBlock {
  readonly kind: VertexKind
  readonly name: string
  /** The name's place. */
  readonly at: Place
  readonly options: ConfigObject
}

const KINDS: readonly VertexKind[] = ['source', 'transform', 'sink']
/** The blocks of a job file. */
export const BLOCKS: readonly string[] = ['env', ...KINDS]

/**
 * The plugins of a job file, sources first, each kind in the order of the text. A block holds them
 * by name (`source { FakeSource { … } }`) or as a list of objects with a `plugin_name`.
 */
export const pluginBlocks = (root: ConfigObject, diagnostics: Diagnostics): PluginBlock[] => {
  reportMisspelled(root, diagnostics)
  return KINDS.flatMap((kind) => {
    const block = root.entries.get(kind)
    return block === undefined ? [] : pluginsIn(kind, block, diagnostics)
  })
}

/** Other keys at the root are for substitutions; one that is nearly a block's name is a mistake. */
const reportMisspelled = (root: ConfigObject, diagnostics: Diagnostics): void => {
  for (const [key, entry] of root.entries) {
    if (BLOCKS.includes(key)) continue
    const meant = nearest(key, BLOCKS)
    if (meant === undefined || entry.value.kind === 'scalar') continue
    const message = `A job has no block \`${key}\`. Did you mean \`${meant}\`? It is ignored.`
    diagnostics.warning('CFG-002', message, entry.keyAt)
  }
}

const pluginsIn = (
  kind: VertexKind,
  { keyAt, value }: ConfigEntry,
  diagnostics: Diagnostics,
): PluginBlock[] => {
  if (value.kind === 'array') {
    return value.items.flatMap((item) => listedPlugin(kind, item, diagnostics))
  }
  if (value.kind === 'object') {
    if (nameIn(value) !== undefined) return listedPlugin(kind, value, diagnostics)
    const entries = value.repeated ?? [...value.entries]
    return entries.flatMap(([name, entry]) => namedPlugins(kind, name, entry, diagnostics))
  }
  if (value.value !== null) {
    const message = `The block \`${kind}\` must hold plugins: \`${kind} { Name { … } }\`.`
    diagnostics.error('CFG-004', message, keyAt)
  }
  return []
}

const nameIn = (object: ConfigObject): (ConfigNode & { readonly kind: 'scalar' }) | undefined => {
  const name = object.entries.get('plugin_name')?.value
  return name?.kind === 'scalar' && name.value !== null ? name : undefined
}

/** `{ plugin_name = Copy, … }`, or `{ Copy { … } }` where there is no other key. */
const listedPlugin = (
  kind: VertexKind,
  item: ConfigNode,
  diagnostics: Diagnostics,
): PluginBlock[] => {
  if (item.kind === 'object') {
    const name = nameIn(item)
    if (name !== undefined) return [{ kind, name: name.text, at: name.at, options: item }]
    const [only, ...others] = item.entries
    if (only !== undefined && others.length === 0 && only[1].value.kind !== 'scalar') {
      return namedPlugins(kind, only[0], only[1], diagnostics)
    }
  }
  const message = `Each plugin in the list \`${kind}\` must be an object with \`plugin_name\`.`
  diagnostics.error('CFG-003', message, item.at)
  return []
}

const namedPlugins = (
  kind: VertexKind,
  name: string,
  { keyAt, value }: ConfigEntry,
  diagnostics: Diagnostics,
): PluginBlock[] => {
  const one = (options: ConfigObject): PluginBlock => ({ kind, name, at: keyAt, options })
  if (value.kind === 'object') return [one(value)]
  if (value.kind === 'array') {
    return value.items.flatMap((item) =>
      namedPlugins(kind, name, { keyAt, value: item }, diagnostics),
    )
  }
  if (value.value === null) return [one({ kind: 'object', at: value.at, entries: new Map() })]
  diagnostics.error(
    'CFG-004',
    `\`${name}\` must be an object of options: \`${name} { … }\`.`,
    value.at,
  )
  return []
}
