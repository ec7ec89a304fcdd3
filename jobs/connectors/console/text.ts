import { formatText, writeJson, type DataType, type Value } from '../../../runtime/rows/index.ts'

/**
 * A type as SeaTunnel's Console shows it: `STRING`, `Decimal(30, 8)`, `ARRAY<INT>`,
 * `Map<STRING, INT>`, `ROW<id INT,name STRING>`.
 */
export const typeText = (type: DataType): string => {
  switch (type.kind) {
    case 'decimal':
      return `Decimal(${type.precision}, ${type.scale})`
    case 'array':
      return `ARRAY<${typeText(type.element)}>`
    case 'map':
      return `Map<${typeText(type.key)}, ${typeText(type.value)}>`
    case 'row':
      return `ROW<${type.fields.map((field) => `${field.name} ${typeText(field.type)}`).join(',')}>`
    default:
      return type.kind.toUpperCase()
  }
}

/**
 * A value as SeaTunnel's Console shows it: lists, bytes (signed) and rows as `[a, b]`, maps as
 * JSON, null as nothing.
 */
export const fieldText = (type: DataType, value: Value): string => {
  if (value === null) return ''
  switch (type.kind) {
    case 'array':
      return listText((value as readonly Value[]).map((item) => itemText(type.element, item)))
    case 'row':
      return listText(
        type.fields.map((field, index) =>
          itemText(field.type, (value as readonly Value[])[index] ?? null),
        ),
      )
    case 'bytes':
      return listText(Array.from(new Int8Array(value as Uint8Array), String))
    case 'map':
      return writeJson(type, value)
    default:
      return formatText(type, value)
  }
}

const itemText = (type: DataType, value: Value): string =>
  value === null ? 'null' : fieldText(type, value)

const listText = (items: readonly string[]): string => `[${items.join(', ')}]`
