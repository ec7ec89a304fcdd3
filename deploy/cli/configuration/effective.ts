import { EngineError, type Place } from '../../../runtime/errors/index.ts'
import { isSecret, type Key, KEYS, specOf } from './keys.ts'

/** A value and where it was written. */
export interface Setting {
  readonly value: string | readonly string[]
  /** `file:line:column`, `environment NAME`, `--set`, `default`. */
  readonly origin: string
  readonly at?: Place | undefined
}

/** What was written anywhere, by key; defaults are not in it. */
export type Settings = ReadonlyMap<string, Setting>

/** Reads settings as what they are. Throws CFG-004 for a value of the wrong type. */
export interface SettingsReader {
  text(key: Key): string
  /** Undefined where nothing is said. */
  optionalText(key: Key): string | undefined
  list(...keys: readonly Key[]): readonly string[]
  flag(key: Key): boolean
  optionalFlag(key: Key): boolean | undefined
  number(key: Key): number
  optionalNumber(key: Key): number | undefined
}

const wrong = (key: Key, setting: Setting | undefined, wanted: string): EngineError => {
  const shown = isSecret(key) ? 'what it is' : JSON.stringify(setting?.value)
  const origin = setting?.at === undefined ? ` (${setting?.origin})` : ''
  const sentence = `${key} cannot be ${shown}${origin}; it is ${wanted}.`
  return new EngineError('CFG-004', sentence, { at: setting?.at })
}

const splitList = (value: Setting['value']): readonly string[] =>
  (typeof value === 'string' ? [value] : value)
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')

export const settingsReader = (settings: Settings): SettingsReader => {
  const text = (key: Key): string => {
    const value = settings.get(key)?.value ?? KEYS[key].fallback
    if (typeof value === 'string') return value
    throw wrong(key, settings.get(key), 'one value, not a list')
  }
  const optionalText = (key: Key): string | undefined => (text(key) === '' ? undefined : text(key))
  const optionalFlag = (key: Key): boolean | undefined => {
    const value = text(key)
    if (value === '') return undefined
    if (value === 'true' || value === 'false') return value === 'true'
    throw wrong(key, settings.get(key), 'true or false')
  }
  const optionalNumber = (key: Key): number | undefined => {
    const value = text(key)
    if (value === '') return undefined
    if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value)
    throw wrong(key, settings.get(key), 'a whole number')
  }
  return {
    text,
    optionalText,
    list: (...keys) => keys.flatMap((key) => splitList(settings.get(key)?.value ?? '')),
    flag: (key) => optionalFlag(key) ?? false,
    optionalFlag,
    number: (key) => optionalNumber(key) ?? 0,
    optionalNumber,
  }
}

/** A setting as it is shown. */
export interface ShownSetting {
  readonly value: string | number | boolean | readonly string[]
  readonly origin: string
}

const HIDDEN = '******'

const shownValue = (key: string, value: Setting['value']): ShownSetting['value'] => {
  if (isSecret(key) && value !== '') return HIDDEN
  const kind = specOf(key)?.kind
  if (kind === 'list') return splitList(value)
  if (typeof value !== 'string') return value
  if (kind === 'flag' && (value === 'true' || value === 'false')) return value === 'true'
  return kind === 'number' && /^\d{1,15}$/.test(value) ? Number(value) : value
}

/** Every setting that holds something, in the order of the keys, with its origin; no secrets. */
export const shownSettings = (settings: Settings): Readonly<Record<string, ShownSetting>> => {
  const all = new Map<string, Setting>(
    Object.entries(KEYS).map(([key, { fallback }]) => [
      key,
      { value: fallback, origin: 'default' },
    ]),
  )
  for (const [key, setting] of settings) all.set(key, setting)
  return Object.fromEntries(
    [...all]
      .filter(([, { value }]) => value.length > 0)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, { value, origin }]) => [key, { value: shownValue(key, value), origin }]),
  )
}
