import type { JsonValue } from '../config/index.ts'

/** JSON in which a number that a double would change becomes its text. */
export const parseExactJson = (text: string): JsonValue =>
  JSON.parse(text, (_key, value, context?: { readonly source?: string }) => {
    const source = context?.source
    return typeof value === 'number' && source !== undefined && !isExact(value, source)
      ? source
      : (value as JsonValue)
  }) as JsonValue

/** Any 15 digits survive in a double, as long as its exponent does. */
const isExact = (number: number, source: string): boolean => {
  if (String(number) === source) return true
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
  return digits.length <= 15 && Number.isFinite(number) && (number !== 0 || digits === '')
}
