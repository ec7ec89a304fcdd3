import {
  readHoconValue,
  type ConfigEntry,
  type ConfigNode,
  type ConfigObject,
  type ConfigScalar,
} from '../../runtime/config/index.ts'
import { Diagnostics, type Place } from '../../runtime/errors/index.ts'

/** Where the values of `${name}` come from, the first that has it. */
export interface JobVariables {
  /** Given for this run: `-i name=value`. */
  readonly variables: { readonly [name: string]: string }
  readonly environment: { readonly [name: string]: string | undefined }
}

/** Names that sinks and file names fill in row by row: the environment never does. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'database_name schema_name table_name schema_full_name table_full_name ' +
    'primary_key unique_key field_names comment transactionId now uuid'
  ).split(' '),
)

const PLACEHOLDER = /\$\{([^{}:?\s][^{}:]*)(?::([^{}]*))?\}/g

const valueOf = (name: string, { variables, environment }: JobVariables): string | undefined => {
  if (Object.hasOwn(variables, name)) return variables[name]
  return RESERVED.has(name) || !Object.hasOwn(environment, name) ? undefined : environment[name]
}

/**
 * The value of a `${name}` outside quotes that the file does not set. A list or object in brackets
 * is read as one; a reserved name stays as it is.
 */
export const outsideValue =
  (values: JobVariables) =>
  (name: string, at: Place): ConfigNode | undefined => {
    const text = valueOf(name, values)
    if (text !== undefined) {
      return (/^\s*[[{]/.test(text) ? treeIn(text, at) : undefined) ?? textNode(text, at)
    }
    return RESERVED.has(name) ? textNode(`\${${name}}`, at) : undefined
  }

const treeIn = (text: string, at: Place): ConfigNode | undefined => {
  const diagnostics = new Diagnostics()
  const node = readHoconValue(text, () => at, diagnostics, { unresolved: 'text' })
  return diagnostics.hasErrors ? undefined : node
}

const textNode = (text: string, at: Place): ConfigScalar => ({
  kind: 'scalar',
  at,
  value: text,
  text,
  quoted: true,
})

/**
 * Replaces `${name}` and `${name:default}` in all texts below `node`. A name without a value stays
 * as it is, for those who fill it in later.
 */
export const replaceVariables = <Node extends ConfigNode>(node: Node, values: JobVariables): Node =>
  mapScalars(node, (scalar) => replaceInScalar(scalar, values))

const replaceInScalar = (scalar: ConfigScalar, values: JobVariables): ConfigScalar => {
  if (!scalar.text.includes('${')) return scalar
  const text = scalar.text.replace(
    PLACEHOLDER,
    (source: string, name: string, defaultText: string | undefined) =>
      valueOf(name, values) ?? (RESERVED.has(name) ? source : (defaultText ?? source)),
  )
  return text === scalar.text ? scalar : { ...scalar, text, value: text }
}

/** Replaces each scalar below `node`; `key` is that of the nearest object entry around it. */
export const mapScalars = <Node extends ConfigNode>(
  node: Node,
  map: (scalar: ConfigScalar, key: string) => ConfigScalar,
  key = '',
): Node => {
  switch (node.kind) {
    case 'scalar':
      return map(node, key) as Node
    case 'array':
      return { ...node, items: node.items.map((item) => mapScalars(item, map, key)) }
    case 'object':
      return mapObject(node, map, key) as Node
    default:
      return node satisfies never
  }
}

const mapObject = (
  object: ConfigObject,
  map: (scalar: ConfigScalar, key: string) => ConfigScalar,
  key: string,
): ConfigObject => {
  const mapEntry = (name: string, entry: ConfigEntry): ConfigEntry => ({
    ...entry,
    value: mapScalars(entry.value, map, name),
  })
  const entries = new Map([...object.entries].map(([name, entry]) => [name, mapEntry(name, entry)]))
  const repeated = object.repeated?.map(([name, entry]) => [name, mapEntry(name, entry)] as const)
  const shadowed = object.shadowed === undefined ? undefined : mapScalars(object.shadowed, map, key)
  return {
    kind: 'object',
    at: object.at,
    entries,
    ...(repeated === undefined ? {} : { repeated }),
    ...(shadowed === undefined ? {} : { shadowed }),
  }
}
