import { EngineError, nearest, type Place } from '../errors/index.ts'
import {
  columnIndex,
  formatType,
  parseText,
  type Batch,
  type DataType,
  type ObjectVector,
  type Value,
} from '../rows/index.ts'
import { cellsOf, nullsOf } from './cells.ts'
import { derived, type Compiled, type Scope } from './compiled.ts'
import { mapRows } from './rowKernel.ts'

/** The column `index` of the table. */
export const compileColumn = (index: number, scope: Scope): Compiled => ({
  type: scope.table.columns[index]!.type,
  evaluate: (batch) => batch.columns[index]!,
  constant: undefined,
  fallible: false,
  volatile: false,
  columns: [index],
})

/**
 * A name with dots: a column, then fields of rows or keys of maps. A name in front that is no
 * column is taken for the table's. SQL-003 when there is no such column or field.
 */
export const compileName = (parts: readonly string[], scope: Scope, at: Place): Compiled => {
  const start = parts.findIndex((part) => columnIndex(scope.table, part) >= 0)
  if (start === -1) throw unknownColumn(parts.at(-1)!, scope, at)
  let value = compileColumn(columnIndex(scope.table, parts[start]!), scope)
  for (const part of parts.slice(start + 1)) value = compileMember(value, part, at)
  return value
}

const unknownColumn = (name: string, scope: Scope, at: Place): EngineError => {
  const names = scope.table.columns.map((column) => column.name)
  const close = nearest(name, names)
  const advice =
    close === undefined ? `The table has ${names.join(', ')}.` : `Did you mean "${close}"?`
  return new EngineError('SQL-003', `There is no column "${name}". ${advice}`, { at })
}

/** `value.member`: a field of a row, or the value at a key of a map. */
const compileMember = (value: Compiled, member: string, at: Place): Compiled => {
  const { type } = value
  if (type.kind === 'map') return compileMapValue(value, type.key, type.value, member)
  if (type.kind !== 'row') {
    throw new EngineError('SQL-003', `A ${formatType(type)} has no field "${member}".`, { at })
  }
  const index = type.fields.findIndex((field) => field.name === member)
  const field = type.fields[index]
  if (field === undefined) {
    const names = type.fields.map((candidate) => candidate.name)
    const close = nearest(member, names)
    const advice = close === undefined ? `It has ${names.join(', ')}.` : `Did you mean "${close}"?`
    throw new EngineError('SQL-003', `The row has no field "${member}". ${advice}`, { at })
  }
  return mapValues(field.type, value, (row) => (row as readonly Value[])[index] ?? null)
}

const compileMapValue = (
  value: Compiled,
  keyType: DataType,
  valueType: DataType,
  text: string,
): Compiled => {
  const key = parseText(keyType, text)
  return mapValues(valueType, value, (map) => (map as ReadonlyMap<Value, Value>).get(key) ?? null)
}

/** `array[index]`, counted from 0, or `map[key]`; null where there is none. */
export const compileIndex = (value: Compiled, index: Compiled, at: Place): Compiled => {
  const { type } = value
  const key = index.constant
  if (type.kind === 'map' && (typeof key === 'string' || typeof key === 'number')) {
    return compileMapValue(value, type.key, type.value, String(key))
  }
  if (type.kind === 'array' && typeof key === 'number') {
    return mapValues(type.element, value, (items) => (items as readonly Value[])[key] ?? null)
  }
  throw new EngineError(
    'SQL-005',
    `A ${formatType(type)} cannot be indexed like this: write array[0] or map['key'].`,
    { at },
  )
}

const mapValues = (type: DataType, value: Compiled, read: (value: Value) => Value): Compiled =>
  derived(type, [value], (batch: Batch) => {
    const vector = value.evaluate(batch) as ObjectVector
    return mapRows(type, nullsOf(vector), read, [cellsOf(vector)])
  })
