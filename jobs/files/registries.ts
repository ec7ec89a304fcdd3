import { nearest, type Diagnostics } from '../../runtime/errors/index.ts'
import {
  CONNECTORS,
  type ConnectorEntry,
  type SinkConnector,
  type SourceConnector,
} from '../connectors/index.ts'
import { TRANSFORMS, type TransformEntry, type TransformPlugin } from '../transforms/index.ts'
import type { PluginBlock } from './blocks.ts'

export type Plugin = SourceConnector | SinkConnector | TransformPlugin

/** Where plugins are looked up, by their name in lower case. */
export interface Registries {
  readonly connectors: ReadonlyMap<string, ConnectorEntry>
  readonly transforms: ReadonlyMap<string, TransformEntry>
}

export const REGISTRIES: Registries = { connectors: CONNECTORS, transforms: TRANSFORMS }

/** Loads the plugin that a block names, in any case; reports one that there is not. */
export const loadPlugin = async (
  block: PluginBlock,
  registries: Registries,
  diagnostics: Diagnostics,
): Promise<Plugin | undefined> => {
  const load = loaderOf(block, registries)
  if (load !== undefined) return load()
  diagnostics.error('PLN-002', unknownPlugin(block, registries), block.at)
  return undefined
}

const loaderOf = (
  { kind, name }: PluginBlock,
  { connectors, transforms }: Registries,
): (() => Promise<Plugin>) | undefined => {
  const key = name.toLowerCase()
  return kind === 'transform' ? transforms.get(key)?.load : connectors.get(key)?.[kind]
}

const unknownPlugin = ({ kind, name }: PluginBlock, registries: Registries): string => {
  const { connectors, transforms } = registries
  const key = name.toLowerCase()
  const entry = connectors.get(key) ?? transforms.get(key)
  if (entry !== undefined) {
    const others = [
      ...(connectors.get(key)?.source === undefined ? [] : ['source']),
      ...(transforms.has(key) ? ['transform'] : []),
      ...(connectors.get(key)?.sink === undefined ? [] : ['sink']),
    ]
    return `${entry.name} is no ${kind}, only a ${others.join(' and a ')}.`
  }
  const names =
    kind === 'transform'
      ? [...transforms.values()].map((each) => each.name)
      : [...connectors.values()].filter((each) => each[kind]).map((each) => each.name)
  const meant = nearest(name, names)
  return `There is no ${kind} \`${name}\`.${meant === undefined ? '' : ` Did you mean ${meant}?`}`
}
