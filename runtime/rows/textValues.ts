import { writeJson } from './jsonText.ts'
import { valueFromJsonText } from './jsonValues.ts'
import { formatScalar, isNested, misfit, parseScalar } from './scalarText.ts'
import type { DataType } from './types.ts'
import type { Value } from './values.ts'

/**
 * The value of a text such as a CSV field: numbers in decimal notation, dates and times as
 * `parseDate` and its kin read them, bytes in base64, arrays, maps and rows in JSON. Blanks around
 * anything but a string are ignored. A local timestamp drops an offset that the text has; one with
 * a zone is UTC when the text has none. Decimals with more places than the type are rounded half
 * up. Throws ROW-002; no text is null, that is for the format to say.
 */
export const parseText = (type: DataType, text: string): Value => {
  if (type.kind === 'string' || type.kind === 'any') return text
  if (isNested(type)) return valueFromJsonText(type, text)
  const value = parseScalar(type, text.trim())
  if (value === undefined) throw misfit(type, text)
  return value
}

/** The text that `parseText` reads back as the same value; null is an empty text. */
export const formatText = (type: DataType, value: Value): string => {
  if (value === null) return ''
  const isJson = isNested(type) || (type.kind === 'any' && typeof value === 'object')
  return isJson ? writeJson(type, value) : formatScalar(type, value)
}
