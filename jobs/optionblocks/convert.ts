import {
  toJson,
  type ConfigArray,
  type ConfigNode,
  type ConfigObject,
  type ConfigScalar,
  type JsonValue,
} from '../../runtime/config/index.ts'
import {
  nearest,
  type Diagnostics,
  type ErrorCode,
  type Place,
} from '../../runtime/errors/index.ts'
import type { OptionSpec, OptionSpecs } from '../options/index.ts'

/** What converting needs to know beside the value. */
export interface Conversion {
  readonly diagnostics: Diagnostics
  /** The key as messages show it: `rules.row_rules[0].rule_value`. */
  readonly key: string
  readonly object: (
    fields: OptionSpecs,
    node: ConfigObject,
    key: string,
  ) => { readonly [key: string]: JsonValue | undefined }
}

const TRUE = new Set(['true', 'yes', 'on'])
const FALSE = new Set(['false', 'no', 'off'])

/**
 * Converts a value as HOCON does where another kind is asked for: `"100"` to an integer, `5` to a
 * string, one value to a list of one. Undefined for null and for what does not fit, which is then
 * among the diagnostics.
 */
export const convert = (
  spec: OptionSpec,
  node: ConfigNode,
  conversion: Conversion,
): JsonValue | undefined => {
  if (spec.kind === 'any') return toJson(node)
  if (node.kind === 'scalar' && node.value === null) return undefined
  switch (spec.kind) {
    case 'list':
      return convertList(spec, node, conversion)
    case 'map':
      return convertMap(spec, node, conversion)
    case 'object':
      return convertObject(spec, node, conversion)
    default:
      return convertScalar(spec, node, conversion)
  }
}

const report = (
  conversion: Conversion,
  spec: OptionSpec,
  node: ConfigNode,
  expected: string,
): undefined => {
  const found = spec.secret === true ? 'something else' : describe(node)
  fail(conversion, 'CFG-004', `\`${conversion.key}\` must be ${expected}, not ${found}.`, node.at)
}

const fail = (conversion: Conversion, code: ErrorCode, message: string, at: Place): undefined => {
  conversion.diagnostics.error(code, message, at)
}

const describe = (node: ConfigNode): string => {
  if (node.kind === 'array') return 'a list'
  if (node.kind === 'object') return 'an object'
  const text = node.text.length > 60 ? `${node.text.slice(0, 60)}…` : node.text
  return typeof node.value === 'string' ? JSON.stringify(text) : text
}

const EXPECTED = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const

const convertScalar = (
  spec: OptionSpec,
  node: ConfigNode,
  conversion: Conversion,
): JsonValue | undefined => {
  const kind = spec.kind as keyof typeof EXPECTED
  const plain = node.kind === 'object' ? node.shadowed : node
  if (plain?.kind !== 'scalar') return report(conversion, spec, node, EXPECTED[kind])
  const value = scalarAs(kind, plain)
  if (value === undefined) return report(conversion, spec, plain, EXPECTED[kind])
  if (typeof value === 'number') return withinRange(spec, value, plain, conversion)
  return typeof value === 'string' ? allowed(spec, value, plain, conversion) : value
}

const scalarAs = (
  kind: keyof typeof EXPECTED,
  node: ConfigScalar,
): string | number | boolean | undefined => {
  const text = node.text.trim()
  switch (kind) {
    case 'string':
      return node.text
    case 'integer': {
      const number = Number(text)
      return text !== '' && Number.isSafeInteger(number) ? number : undefined
    }
    case 'number': {
      const number = Number(text)
      return text !== '' && Number.isFinite(number) ? number : undefined
    }
    case 'boolean': {
      const word = text.toLowerCase()
      if (TRUE.has(word)) return true
      return FALSE.has(word) ? false : undefined
    }
    default:
      return kind satisfies never
  }
}

const withinRange = (
  spec: OptionSpec,
  value: number,
  node: ConfigScalar,
  conversion: Conversion,
): number | undefined => {
  const { minimum = -Infinity, maximum = Infinity } = spec
  if (value >= minimum && value <= maximum) return value
  const bound = value < minimum ? `${minimum} or more` : `${maximum} or less`
  return fail(conversion, 'CFG-005', `\`${conversion.key}\` must be ${bound}.`, node.at)
}

const allowed = (
  spec: OptionSpec,
  value: string,
  node: ConfigScalar,
  conversion: Conversion,
): string | undefined => {
  if (spec.values === undefined) return value
  const found = spec.values.find((each) => each.toLowerCase() === value.trim().toLowerCase())
  if (found !== undefined) return found
  const meant = nearest(value, spec.values)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  const message = `\`${conversion.key}\` must be one of ${spec.values.join(', ')}, not ${describe(node)}.${hint}`
  return fail(conversion, 'CFG-005', message, node.at)
}

const convertList = (spec: OptionSpec, node: ConfigNode, conversion: Conversion): JsonValue[] => {
  const item: OptionSpec = spec.item ?? { kind: 'any', description: '' }
  return itemsOf(item, node).flatMap((each, index) => {
    const key = `${conversion.key}[${index}]`
    const converted = convert(item, each, { ...conversion, key })
    if (converted === undefined && each.kind === 'scalar' && each.value === null) {
      report({ ...conversion, key }, item, each, 'a value')
    }
    return converted === undefined ? [] : [converted]
  })
}

const itemsOf = (item: OptionSpec, node: ConfigNode): readonly ConfigNode[] => {
  if (node.kind === 'array') return node.items
  if (node.kind === 'scalar') return [node]
  if (node.shadowed?.kind === 'array') return node.shadowed.items
  if (node.shadowed !== undefined && item.kind !== 'object') return [node.shadowed]
  return numbered(node) ?? [node]
}

/** HOCON reads `{ 0 = a, 1 = b }` as a list where one is asked for. */
const numbered = (object: ConfigObject): ConfigArray['items'] | undefined => {
  const entries = [...object.entries]
  if (entries.length === 0 || !entries.every(([key]) => /^\d+$/.test(key))) return undefined
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, entry]) => entry.value)
}

const SCALAR_KINDS: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean'])

const convertMap = (
  spec: OptionSpec,
  node: ConfigNode,
  conversion: Conversion,
): JsonValue | undefined => {
  if (node.kind !== 'object') return report(conversion, spec, node, 'an object')
  const item: OptionSpec = spec.item ?? { kind: 'any', description: '' }
  const entries = SCALAR_KINDS.has(item.kind) ? flattened(node) : shallow(node)
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const key = `${conversion.key}.${name}`
      const converted = convert(item, value, { ...conversion, key })
      return converted === undefined ? [] : [[name, converted] as const]
    }),
  )
}

const shallow = (object: ConfigObject): (readonly [string, ConfigNode])[] =>
  [...object.entries].map(([name, entry]) => [name, entry.value])

/** `a.b = 1` in a map of texts is the key `a.b`. */
const flattened = (object: ConfigObject): (readonly [string, ConfigNode])[] =>
  [...object.entries].flatMap(([name, { value }]): (readonly [string, ConfigNode])[] => {
    if (value.kind !== 'object') return [[name, value]]
    const inner = flattened(value).map(([key, node]) => [`${name}.${key}`, node] as const)
    return value.shadowed === undefined ? inner : [[name, value.shadowed], ...inner]
  })

const convertObject = (
  spec: OptionSpec,
  node: ConfigNode,
  conversion: Conversion,
): JsonValue | undefined =>
  node.kind === 'object'
    ? (conversion.object(spec.fields ?? {}, node, conversion.key) as JsonValue)
    : report(conversion, spec, node, 'an object')
