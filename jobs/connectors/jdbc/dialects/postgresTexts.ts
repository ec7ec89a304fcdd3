import {
  formatDate,
  formatText,
  formatTimestamp,
  type DataType,
  type Timestamp,
  type Value,
  writeJson,
} from '../../../../runtime/rows/index.ts'

/** A value as PostgreSQL's input functions read it. */
export const postgresText = (type: DataType, value: Value): string => {
  switch (type.kind) {
    case 'bytes':
    case 'binary_vector':
      return `\\x${(value as Uint8Array).toHex()}`
    case 'date':
      return withoutSign(formatDate(value as number))
    case 'timestamp':
    case 'timestamp_tz':
      return withoutSign(formatTimestamp(value as Timestamp, ' '))
    case 'array':
      return arrayText(type.element, value as readonly Value[])
    case 'float_vector':
      return arrayText({ kind: 'float' }, [...(value as Float32Array)])
    case 'map':
    case 'row':
    case 'any':
      return writeJson(type, value)
    default:
      return formatText(type, value)
  }
}

/** Years above 9999 have a sign in ISO 8601 but not in PostgreSQL. */
const withoutSign = (text: string): string => (text.startsWith('+') ? text.slice(1) : text)

/** An array literal: `{"a","b",NULL}`. */
export const arrayText = (element: DataType, values: readonly Value[]): string =>
  `{${values.map((value) => elementText(element, value)).join(',')}}`

const elementText = (element: DataType, value: Value): string => {
  if (value === null) return 'NULL'
  if (element.kind === 'array') return postgresText(element, value)
  return quoteElement(postgresText(element, value))
}

export const quoteElement = (text: string): string =>
  /["\\]/.test(text) ? `"${text.replace(/["\\]/g, String.raw`\$&`)}"` : `"${text}"`

/** A string constant; `standard_conforming_strings` is on, as it is by default. */
export const postgresString = (text: string): string => `'${text.replaceAll("'", "''")}'`

const NUMBERS = new Set(['tinyint', 'smallint', 'int', 'bigint', 'decimal'])

/** A constant in a statement: numbers as they are, all else as a string of no type yet. */
export const postgresConstant = (type: DataType, value: Value): string => {
  if (value === null) return 'NULL'
  const text = postgresText(type, value)
  if (NUMBERS.has(type.kind)) return text.startsWith('-') ? `(${text})` : text
  return type.kind === 'boolean' ? text : postgresString(text)
}
