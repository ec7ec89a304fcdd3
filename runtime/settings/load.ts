import { type ConfigNode, toJson } from '../config/index.ts'
import { Diagnostics, type Diagnostic, type Place } from '../errors/index.ts'
import type { Host } from '../host/index.ts'
import { configurationSchema, WITHOUT_EFFECT, type Configuration } from './sections/index.ts'
import { readConfigurationFile, readFiles, type Role } from './files.ts'
import { fit, overlay } from './fit.ts'
import { jvmNotice } from './jvm.ts'
import { environmentTree, settingsTree } from './overrides.ts'

export interface LoadOptions {
  readonly role: Role
  /** Where files are looked for, the first that has one; the working directory and `config` unless given. */
  readonly folders?: readonly string[]
  /** Read instead of those that are looked for; a later one on top. */
  readonly files?: readonly string[]
  /** `a.b=c` of the command line. */
  readonly settings?: readonly string[]
  /** Set by the program that embeds a member; above all else. */
  readonly tree?: ConfigNode
}

export interface LoadedConfiguration {
  /** With all defaults; undefined where a diagnostic is an error. */
  readonly configuration: Configuration | undefined
  /** What was set, before defaults: each value with its place. */
  readonly written: ConfigNode
  readonly diagnostics: readonly Diagnostic[]
  /** What is read but has no effect here, one sentence each. */
  readonly notices: readonly string[]
}

/** Parsers that run once are not worth the time and the memory of compiling them. */
const ONCE = { jitless: true }

/**
 * Reads the configuration of a member or client: files, then environment variables, then settings of
 * the command line, then what the program itself sets, each on top of those before.
 */
export const loadConfiguration = async (
  host: Pick<Host, 'disk' | 'environment'>,
  { role, folders = ['', 'config'], files = [], settings = [], tree }: LoadOptions,
): Promise<LoadedConfiguration> => {
  const { disk, environment } = host
  const diagnostics = new Diagnostics()
  const trees =
    files.length === 0
      ? await readFiles(disk, environment, role, folders, diagnostics)
      : await Promise.all(files.map((path) => readConfigurationFile(disk, path, diagnostics)))
  const layers = [
    ...trees,
    environmentTree(environment, diagnostics),
    settingsTree(settings, diagnostics),
    ...(tree === undefined ? [] : [tree]),
  ].map((layer) => fit(configurationSchema, layer, [], diagnostics))
  const written = layers.reduce(overlay)
  const parsed = configurationSchema.safeParse(filled(toJson(written)), ONCE)
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.map(String)
    const message = `\`${path.join('.')}\` is not valid: ${sentenceOf(issue.message)}`
    diagnostics.error('CFG-005', message, placeOf(written, path))
  }
  const notices = [
    withoutEffect(written),
    routingNotice(parsed.data),
    await jvmNotice(disk, role, folders),
  ]
  return {
    configuration: diagnostics.hasErrors ? undefined : parsed.data,
    written,
    diagnostics: diagnostics.all,
    notices: notices.filter((notice) => notice !== undefined),
  }
}

/** Roots that nothing sets are there with their defaults. */
const filled = (value: unknown): unknown => ({
  tidegate: {},
  seatunnel: {},
  hazelcast: {},
  'hazelcast-client': {},
  ...(value as object),
})

const sentenceOf = (message: string): string =>
  `${message.charAt(0).toLowerCase()}${message.slice(1)}`.replace(/\.?$/, '.')

/** The node at a path, or the deepest one on the way to it. */
const placeOf = (tree: ConfigNode, path: readonly string[]): Place => {
  let node = tree
  for (const key of path) {
    const next =
      node.kind === 'object'
        ? node.entries.get(key)?.value
        : node.kind === 'array'
          ? node.items[Number(key)]
          : undefined
    if (next === undefined) break
    node = next
  }
  return node.at
}

const withoutEffect = (written: ConfigNode): string | undefined => {
  const found = WITHOUT_EFFECT.filter((key) => isSet(written, key))
  return found.length === 0
    ? undefined
    : `Only a JVM needs ${found.join(', ')}; these have no effect here.`
}

const routingNotice = (configuration: Configuration | undefined): string | undefined =>
  configuration?.['hazelcast-client'].network['smart-routing'] === false
    ? 'hazelcast-client.network.smart-routing is false, but clients always ask the owner of a key ' +
      'themselves: let them reach every member.'
    : undefined

const isSet = (node: ConfigNode, key: string): boolean => {
  if (key === '') return true
  if (node.kind !== 'object') return false
  return [...node.entries].some(
    ([name, { value }]) =>
      (key === name && isSet(value, '')) ||
      (key.startsWith(`${name}.`) && isSet(value, key.slice(name.length + 1))) ||
      (key.startsWith('*.') && isSet(value, key.slice(2))),
  )
}
