import type { JsonValue } from '../../runtime/config/index.ts'
import type { OptionSpec, OptionSpecs } from '../options/index.ts'

export const REDACTED = '******'

/** Keys that hold secrets wherever they stand, as in SeaTunnel. */
const SENSITIVE: ReadonlySet<string> = new Set(
  (
    'password auth token access_key secret_key api_key secret ' +
    'authorization cookie set-cookie proxy-authorization x-api-key'
  ).split(' '),
)

/** Whether a key holds a secret by its name alone: the last part counts, in any case. */
export const isSensitiveKey = (key: string): boolean => {
  const lower = key.toLowerCase()
  return SENSITIVE.has(lower) || SENSITIVE.has(lower.slice(lower.lastIndexOf('.') + 1))
}

/** The options for printing: secrets are asterisks, also those with a tell-tale name in free trees. */
export const redact = (
  specs: OptionSpecs,
  options: { readonly [key: string]: JsonValue | undefined },
): { readonly [key: string]: JsonValue | undefined } =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, redactValue(specs[key], key, value)]),
  )

const redactValue = (
  spec: OptionSpec | undefined,
  key: string,
  value: JsonValue | undefined,
): JsonValue | undefined => {
  if (value === undefined || value === null) return value
  if (spec?.secret === true || isSensitiveKey(key)) return REDACTED
  if (Array.isArray(value)) {
    return value.map((item) => redactValue(spec?.item, '', item as JsonValue)!)
  }
  if (typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      redactValue(spec?.fields?.[name] ?? spec?.item, name, inner as JsonValue)!,
    ]),
  )
}
