import type { JsonValue } from '../config/index.ts'

/** Part of the language since ES2026; the types do not know it yet. */
const { rawJSON } = JSON as JSON & { readonly rawJSON: (text: string) => object }

/**
 * How numbers were written that JavaScript would write otherwise (`1.0`, `-0.0`, twenty digits), by
 * the object or array that holds them and their key there: a string column shows them as they were.
 */
const writtenNumbers = new WeakMap<object, Map<string, string>>()

/** JSON in which a number that a double would change becomes its text. */
export const parseExactJson = (text: string): JsonValue =>
  JSON.parse(text, function (this: object, key, value, context?: { readonly source?: string }) {
    const source = context?.source
    if (typeof value !== 'number' || source === undefined || String(value) === source) {
      return value as JsonValue
    }
    const written = writtenNumbers.get(this) ?? new Map<string, string>()
    writtenNumbers.set(this, written.set(key, source))
    return isExact(value, source) ? value : source
  }) as JsonValue

/** How the number at a key of an object or array was written, where JavaScript writes it otherwise. */
export const writtenNumber = (holder: object, key: string | number): string | undefined =>
  writtenNumbers.get(holder)?.get(String(key))

/** The JSON text of a value, with the numbers that `parseExactJson` read in it as they were. */
export const exactJsonText = (json: JsonValue): string =>
  JSON.stringify(json, function (this: object, key, value: JsonValue) {
    const source = writtenNumber(this, key)
    return source === undefined ? value : rawJSON(source)
  })

/** Any 15 digits survive in a double, as long as its exponent does. */
const isExact = (number: number, source: string): boolean => {
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
  return digits.length <= 15 && Number.isFinite(number) && (number !== 0 || digits === '')
}
