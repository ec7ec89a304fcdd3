import type { ConfigEntry, ConfigObject, JsonValue } from '../../runtime/config/index.ts'
import { nearest, type Diagnostics, type Place } from '../../runtime/errors/index.ts'
import { convert } from './convert.ts'
import { findEntry } from './find.ts'
import type { OptionSpec, OptionSpecs, OptionsOf } from '../options/index.ts'

/** Whose options are parsed. */
export interface OptionsOwner {
  /** As messages name it: `FakeSource`, `env`. */
  readonly name: string
  /** Where it begins: the place of what is missing. */
  readonly at: Place
  /** Unknown options are errors instead of warnings. */
  readonly strict?: boolean
  /** Further keys, with all below them, that are known here and handled elsewhere. */
  readonly ignored?: ReadonlySet<string>
}

export interface ParsedOptions<Specs extends OptionSpecs> {
  readonly options: OptionsOf<Specs>
  /** Where the value of each option was written, by its key in `specs`; defaults have no place. */
  readonly places: { readonly [key: string]: Place }
}

/**
 * Reads the options of a block. Every problem of the block goes to `diagnostics`; an option with a
 * problem has its default, or is undefined.
 */
export const parseOptions = <Specs extends OptionSpecs>(
  specs: Specs,
  object: ConfigObject,
  diagnostics: Diagnostics,
  owner: OptionsOwner,
): ParsedOptions<Specs> => {
  const places: { [key: string]: Place } = {}
  const options = parseBlock(specs, object, { diagnostics, owner, prefix: '', places })
  return { options: options as OptionsOf<Specs>, places }
}

interface Block {
  readonly diagnostics: Diagnostics
  readonly owner: OptionsOwner
  /** The key of the enclosing option with a dot, or nothing. */
  readonly prefix: string
  readonly places?: { [key: string]: Place }
}

type Parsed = { [key: string]: JsonValue | undefined }

const parseBlock = (specs: OptionSpecs, object: ConfigObject, block: Block): Parsed => {
  const options: Parsed = {}
  for (const [key, spec] of Object.entries(specs)) {
    const entry = findOption(object, key, specs)
    const value = entry === undefined ? undefined : convertEntry(spec, entry, key, block)
    if (entry !== undefined && block.places !== undefined) block.places[key] = entry.value.at
    if (entry === undefined && spec.required === true) {
      reportMissing(block, key, spec, object.at)
    }
    options[key] = value ?? spec.defaultValue
  }
  reportUnknown(specs, object, block)
  return options
}

const findOption = (
  object: ConfigObject,
  key: string,
  specs: OptionSpecs,
): ConfigEntry | undefined => {
  const spec = specs[key]!
  const isPart = Object.keys(specs).some((other) => other.startsWith(`${key}.`))
  for (const name of [key, ...(spec.aliases ?? [])]) {
    const entry = findEntry(object, name)
    if (entry === undefined) continue
    const { value } = entry
    const isNull = value.kind === 'scalar' && value.value === null && spec.kind !== 'any'
    // `way.table = x` alone makes an object of `way`, and does not set the option `way`.
    const isOnlyPart = isPart && value.kind === 'object' && value.shadowed === undefined
    if (!isNull && !(isOnlyPart && isScalarKind(spec))) return entry
  }
  return undefined
}

const isScalarKind = (spec: OptionSpec): boolean =>
  spec.kind !== 'object' && spec.kind !== 'map' && spec.kind !== 'any'

const convertEntry = (
  spec: OptionSpec,
  entry: ConfigEntry,
  key: string,
  block: Block,
): JsonValue | undefined =>
  convert(spec, entry.value, {
    diagnostics: block.diagnostics,
    key: block.prefix + key,
    object: (fields, node, path) => parseBlock(fields, node, { ...withoutPlaces(block, path) }),
  })

const withoutPlaces = ({ diagnostics, owner }: Block, path: string): Block => ({
  diagnostics,
  owner,
  prefix: `${path}.`,
})

const reportMissing = (block: Block, key: string, spec: OptionSpec, objectAt: Place): void => {
  const at = block.prefix === '' ? block.owner.at : objectAt
  const message = `${block.owner.name} needs the option \`${block.prefix}${key}\`: ${lowerFirst(spec.description)}`
  block.diagnostics.error('CFG-003', message, at)
}

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]* /.test(text) || /^[A-Z][a-z]/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text

const reportUnknown = (specs: OptionSpecs, object: ConfigObject, block: Block): void => {
  const known = new Map<string, OptionSpec>()
  for (const [key, spec] of Object.entries(specs)) {
    for (const name of [key, ...(spec.aliases ?? [])]) known.set(name, spec)
  }
  const ignored = block.prefix === '' ? block.owner.ignored : undefined
  const visit = (inner: ConfigObject, path: string): void => {
    for (const [name, entry] of inner.entries) {
      const key = path + name
      const spec = known.get(key)
      if (isIgnored(key, ignored)) continue
      const hasLonger = isPrefix(key, known) || isPrefix(key, ignored ?? new Set())
      if (entry.value.kind === 'object' && hasLonger) visit(entry.value, `${key}.`)
      else if (spec === undefined) reportUnknownKey(block, key, known.keys(), entry)
    }
  }
  visit(object, '')
}

const isIgnored = (key: string, ignored: ReadonlySet<string> | undefined): boolean => {
  for (const name of ignored ?? []) if (key === name || key.startsWith(`${name}.`)) return true
  return false
}

const isPrefix = (
  key: string,
  names: ReadonlyMap<string, unknown> | ReadonlySet<string>,
): boolean => {
  for (const name of names.keys()) if (name.startsWith(`${key}.`)) return true
  return false
}

const reportUnknownKey = (
  { diagnostics, owner, prefix }: Block,
  key: string,
  known: Iterable<string>,
  entry: ConfigEntry,
): void => {
  const names = [...known]
  const whole = wholeKey(key, entry)
  const meantWhole = nearest(whole, names)
  const written = meantWhole === undefined ? key : whole
  const meant = meantWhole ?? nearest(key, names)
  const hint = meant === undefined ? '' : ` Did you mean \`${prefix}${meant}\`?`
  const ending = owner.strict === true ? '' : ' It is ignored.'
  const message = `${owner.name} has no option \`${prefix}${written}\`.${hint}${ending}`
  if (owner.strict === true) diagnostics.error('CFG-002', message, entry.keyAt)
  else diagnostics.warning('CFG-002', message, entry.keyAt)
}

/** `a.b = 1` makes an object of `a`; the key that was written is the whole one. */
const wholeKey = (key: string, { value }: ConfigEntry): string => {
  if (value.kind !== 'object' || value.entries.size !== 1) return key
  const [[name, inner]] = [...value.entries] as [[string, ConfigEntry]]
  return wholeKey(`${key}.${name}`, inner)
}
