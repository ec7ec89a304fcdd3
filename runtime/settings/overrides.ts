import type { ConfigNode, ConfigObject } from '../config/index.ts'
import { nearest, type Diagnostics, type Place } from '../errors/index.ts'
import type { Environment } from '../host/index.ts'
import { configurationSchema } from './sections/index.ts'
import { overlay } from './fit.ts'
import { leafPaths } from './shape.ts'

/** The prefixes of environment variables and the root that each leads to. */
const PREFIXES: readonly (readonly [prefix: string, root: readonly string[]])[] = [
  ['HZ_', ['hazelcast']],
  ['HZCLIENT_', ['hazelcast-client']],
  ['TIDEGATE_', ['tidegate']],
  ['TIDEGATE_', []],
]

/** Variables that are no overrides: they name files. */
export const FILE_VARIABLES = {
  tidegate: 'TIDEGATE_CONFIG',
  seatunnel: 'SEATUNNEL_CONFIG',
  hazelcast: 'HAZELCAST_CONFIG',
  client: 'HAZELCAST_CLIENT_CONFIG',
} as const

/** Hazelcast's rule: upper case, `_` between the levels, dashes left out; here for dots in keys too. */
const variableName = (prefix: string, path: readonly string[]): string =>
  prefix + path.map((key) => key.replaceAll('-', '').replaceAll('.', '_').toUpperCase()).join('_')

/** The path of each value that a variable can set, by the variable's name. */
const variablePaths = (): Map<string, readonly string[]> => {
  const paths = leafPaths(configurationSchema)
  return new Map(
    PREFIXES.flatMap(([prefix, root]) =>
      paths
        .filter((path) => root.every((key, index) => path[index] === key))
        .map((path) => [variableName(prefix, path.slice(root.length)), path] as const),
    ),
  )
}

/** Where a value that stands in no file comes from: line 0 is not shown. */
const outsideFiles = (origin: string): Place => ({ file: origin, line: 0, column: 0 })

const treeOf = (path: readonly string[], text: string, at: Place): ConfigNode =>
  path.reduceRight<ConfigNode>(
    (value, key) => ({ kind: 'object', at, entries: new Map([[key, { keyAt: at, value }]]) }),
    { kind: 'scalar', at, value: text, text, quoted: true },
  )

const EMPTY: ConfigObject = {
  kind: 'object',
  at: outsideFiles(''),
  entries: new Map(),
}

/** The tree that environment variables set; one that names no key is a warning. */
export const environmentTree = (environment: Environment, diagnostics: Diagnostics): ConfigNode => {
  const paths = variablePaths()
  const names = new Set<string>(Object.values(FILE_VARIABLES))
  let tree: ConfigNode = EMPTY
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || names.has(name)) continue
    const at = outsideFiles(`environment ${name}`)
    // Containers of SeaTunnel are given their members this way.
    const path =
      name === 'ST_DOCKER_MEMBER_LIST'
        ? ['hazelcast', 'network', 'join', 'tcp-ip', 'member-list']
        : paths.get(name)
    if (path !== undefined) tree = overlay(tree, treeOf(path, text, at))
    else if (/^(HZ|HZCLIENT|TIDEGATE)_/.test(name)) {
      const meant = nearest(name, paths.keys())
      const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
      diagnostics.warning('CFG-002', `No key goes by the variable ${name}.${hint}`, at)
    }
  }
  return tree
}

/** The tree that `-s a.b=c` sets: the longest keys that the schema has part the path. */
export const settingsTree = (settings: readonly string[], diagnostics: Diagnostics): ConfigNode => {
  const known = new Map(leafPaths(configurationSchema).map((path) => [path.join('.'), path]))
  let tree: ConfigNode = EMPTY
  for (const setting of settings) {
    const at = outsideFiles(`-s ${setting.split('=')[0]}`)
    const equals = setting.indexOf('=')
    const name = setting.slice(0, equals).trim()
    if (equals <= 0) {
      diagnostics.error('CFG-001', `Write -s key=value, not -s ${setting}.`, at)
      continue
    }
    tree = overlay(tree, treeOf(known.get(name) ?? name.split('.'), setting.slice(equals + 1), at))
  }
  return tree
}
