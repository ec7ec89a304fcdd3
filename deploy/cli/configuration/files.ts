import type { ConfigNode } from '../../../runtime/config/index.ts'
import {
  type Diagnostics,
  EngineError,
  formatPlace,
  nearest,
} from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Setting } from './effective.ts'
import { KEYS, specOf } from './keys.ts'

/** The sections that a file may have; anything else is no configuration of a member. */
const ROOTS: readonly string[] = ['seatunnel', 'hazelcast', 'hazelcast-client', 'tidegate']

const scalarText = (node: ConfigNode): string =>
  node.kind === 'scalar' ? (node.value === null ? '' : node.text) : JSON.stringify(node)

/** All leaves below a node, by their path. */
const collect = (
  node: ConfigNode,
  path: string,
  found: (key: string, node: ConfigNode, value: Setting['value']) => void,
): void => {
  switch (node.kind) {
    case 'scalar':
      found(path, node, scalarText(node))
      return
    case 'array':
      found(path, node, node.items.map(scalarText))
      return
    case 'object':
      for (const [name, { value }] of node.entries) {
        // What an XML file says about its own form.
        if (/^(xmlns|xsi)/.test(name)) continue
        collect(value, path === '' ? name : `${path}.${name}`, found)
      }
      return
    default:
      node satisfies never
  }
}

const readTree = async (
  host: Host,
  path: string,
  diagnostics: Diagnostics,
): Promise<ConfigNode> => {
  const { decodeText, readXml, readYaml } = await import('../../../runtime/config/index.ts')
  const text = decodeText(await host.disk.readFile(path), path)
  return path.endsWith('.xml')
    ? readXml(text, path, diagnostics)
    : readYaml(text, path, diagnostics)
}

/**
 * The settings of a file. A key that nothing reads is a warning with its line and what it may have
 * been meant to be. Throws HST-001 when the file is not there, CFG-001 when it cannot be read.
 */
export const readSettingsFile = async (
  host: Host,
  path: string,
  diagnostics: Diagnostics,
): Promise<ReadonlyMap<string, Setting>> => {
  const settings = new Map<string, Setting>()
  const tree = await readTree(host, path, diagnostics)
  if (tree.kind !== 'object') {
    throw new EngineError('CFG-004', 'A configuration is a map of sections.', { at: tree.at })
  }
  for (const [name, { keyAt }] of tree.entries) {
    if (ROOTS.includes(name)) continue
    const hint = nearest(name, ROOTS)
    diagnostics.warning(
      'CFG-002',
      `The section ${name} is unknown.${hint === undefined ? '' : ` Did you mean ${hint}?`}`,
      keyAt,
    )
  }
  collect(tree, '', (key, { at }, value) => {
    if (!ROOTS.includes(key.split('.')[0]!)) return
    if (specOf(key) === undefined) {
      const hint = nearest(key, Object.keys(KEYS))
      const question = hint === undefined ? '' : ` Did you mean ${hint}?`
      diagnostics.warning('CFG-002', `The setting ${key} is unknown.${question}`, at)
      return
    }
    settings.set(key, { value, origin: formatPlace(at), at })
  })
  return settings
}
