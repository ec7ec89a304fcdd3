import type { Diagnostics, Place } from '../../errors/index.ts'
import type { Disk } from '../../host/index.ts'
import type { ConfigNode, ConfigObject } from '../nodes.ts'
import { placesIn } from './cursor.ts'
import { loadIncludes } from './includes.ts'
import { addFields, emptyObject } from './merge.ts'
import { parseHocon, parseHoconValue } from './parser.ts'
import { resolve } from './resolve.ts'

export { placesIn } from './cursor.ts'

export interface HoconOptions {
  /** Where includes are read; without it they are refused. */
  readonly disk?: Pick<Disk, 'stat' | 'readFile'> | undefined
  /** JSON: no text without quotes, substitutions or includes. Comments and trailing commas are fine. */
  readonly json?: boolean
  /** The value of a name that the text itself does not set; the environment, usually. */
  readonly outside?: (name: string, at: Place) => ConfigNode | undefined
  /** What becomes of `${a}` that nothing sets. `error` unless given. */
  readonly unresolved?: 'error' | 'text'
  /** Objects at the root whose repeated keys are kept apart; see ConfigObject.repeated. */
  readonly repeating?: readonly string[]
  /** Keeps `a = x` beside an earlier `a.b = y`; see ConfigObject.shadowed. */
  readonly keepDotted?: boolean
  /** Turns an offset of `text` into a place, where `text` is a part of a larger file. */
  readonly placeAt?: (offset: number) => Place
}

/**
 * Reads a HOCON text (https://github.com/lightbend/config/blob/main/HOCON.md) or, as HOCON is a
 * superset of it, a JSON text. All problems go to `diagnostics`; what could be read is returned.
 */
export const readHocon = async (
  text: string,
  file: string,
  diagnostics: Diagnostics,
  options: HoconOptions = {},
): Promise<ConfigObject> => {
  const placeAt = options.placeAt ?? placesIn(text, file)
  const syntax = parseHocon(text, placeAt, diagnostics, options.json)
  const included = await loadIncludes(syntax, file, options.disk, diagnostics)
  const merging = { repeating: new Set(options.repeating), included }
  const root = emptyObject(syntax.at, [], merging)
  try {
    addFields(root, syntax, [], merging)
    return resolve(root, { ...merging, ...resolution(diagnostics, options) })
  } catch (thrown) {
    diagnostics.caught(thrown, syntax.at)
    return { kind: 'object', at: syntax.at, entries: new Map() }
  }
}

/**
 * Reads one value that stands alone, such as `[a, b]` of a job variable. Undefined where it is
 * malformed. Includes are refused.
 */
export const readHoconValue = (
  text: string,
  placeAt: (offset: number) => Place,
  diagnostics: Diagnostics,
  options: Pick<HoconOptions, 'outside' | 'unresolved'> = {},
): ConfigNode | undefined => {
  const value = parseHoconValue(text, placeAt, diagnostics)
  if (value === undefined) return undefined
  const merging = { repeating: new Set<string>(), included: () => undefined }
  const { at } = value
  const root = emptyObject(at, [], merging)
  const path = [{ name: 'value', at }]
  try {
    addFields(root, { kind: 'object', at, fields: [{ kind: 'field', path, value }] }, [], merging)
    const resolved = resolve(root, { ...merging, ...resolution(diagnostics, options) })
    return resolved.entries.get('value')?.value
  } catch (thrown) {
    diagnostics.caught(thrown, at)
    return undefined
  }
}

const resolution = (diagnostics: Diagnostics, options: HoconOptions) => ({
  diagnostics,
  outside: options.outside ?? (() => undefined),
  unresolved: options.unresolved ?? 'error',
  keepDotted: options.keepDotted ?? false,
})
