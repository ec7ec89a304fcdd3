import {
  constantVector,
  nullVector,
  valueAt,
  type Column,
  type DataType,
  type Value,
  type Vector,
} from '../../../runtime/rows/index.ts'
import type { ColumnGenerator } from './generator.ts'
import { letterBytes, letterStrings, pickStrings } from './letters.ts'
import { mathVectors } from './mathVectors.ts'
import {
  booleans,
  countBigints,
  countIntegers,
  decimals,
  pickBigints,
  pickIntegers,
  pickNumbers,
  rangeBigints,
  rangeDoubles,
  rangeFloats,
  rangeIntegers,
} from './numbers.ts'
import type { RandomWords } from './random.ts'
import type { Range, TableSettings } from './settings.ts'
import { dates, times, timestamps } from './times.ts'

/** What makes the values of `column`, by its type and the options of its table. */
export const columnGenerator = (
  column: Column,
  settings: TableSettings,
  defaultValueOf: (type: DataType) => Value | undefined,
): ColumnGenerator => {
  if (settings.countedColumns.has(column.name)) {
    const { countFrom } = settings
    if (column.type.kind === 'int') return countIntegers(countFrom)
    if (column.type.kind === 'bigint') return countBigints(countFrom)
  }
  return typeGenerator(column.type, { column, settings, defaultValueOf })
}

interface ColumnPlace {
  readonly column: Column
  readonly settings: TableSettings
  readonly defaultValueOf: (type: DataType) => Value | undefined
}

const typeGenerator = (type: DataType, place: ColumnPlace): ColumnGenerator => {
  const { settings } = place
  switch (type.kind) {
    case 'array':
      return arrays(typeGenerator(type.element, place), settings.arraySize)
    case 'map': {
      const keys = typeGenerator(type.key, place)
      return maps(keys, typeGenerator(type.value, place), settings.mapSize)
    }
    case 'row':
      return nestedRows(type.fields.map((field) => typeGenerator(field.type, place)))
    case 'any':
      return nothing
    case 'binary_vector':
    case 'float_vector':
    case 'float16_vector':
    case 'bfloat16_vector':
    case 'sparse_float_vector':
      return mathVectors({
        kind: type.kind,
        dimension:
          place.column.columnScale ??
          (type.kind === 'binary_vector' ? settings.binaryDimension : settings.dimension),
        minimum: settings.vectorItem.minimum,
        maximum: settings.vectorItem.maximum,
      })
    default: {
      const defaultValue = place.defaultValueOf(type)
      if (defaultValue === undefined) return scalarGenerator(type, place)
      return (_random, rowCount) => constantVector(type, defaultValue, rowCount)
    }
  }
}

const nothing: ColumnGenerator = (_random, rowCount) => nullVector('object', rowCount)

type NestedKind = 'array' | 'map' | 'row' | 'any' | `${string}_vector`
type ScalarType = Exclude<DataType, { readonly kind: NestedKind }>

const scalarGenerator = (type: ScalarType, { column, settings }: ColumnPlace): ColumnGenerator => {
  switch (type.kind) {
    case 'boolean':
      return booleans
    case 'tinyint':
    case 'smallint':
    case 'int':
      return integers(settings[type.kind])
    case 'bigint': {
      const { template, minimum, maximum } = settings.bigint
      return template === undefined ? rangeBigints(minimum, maximum) : pickBigints(template)
    }
    case 'float': {
      const { template, minimum, maximum } = settings.float
      if (template !== undefined) return pickNumbers(template.map(Math.fround))
      return rangeFloats(minimum, maximum, column.columnScale)
    }
    case 'double': {
      const { template, minimum, maximum } = settings.double
      if (template !== undefined) return pickNumbers(template)
      return rangeDoubles(minimum, maximum, column.columnScale)
    }
    case 'decimal':
      return decimals(type.precision, type.scale)
    case 'string':
      if (settings.stringTemplate !== undefined) return pickStrings(settings.stringTemplate)
      return letterStrings(column.columnLength ?? settings.stringLength)
    case 'bytes':
      return letterBytes(settings.bytesLength)
    case 'date':
      return dates(settings.timeParts)
    case 'time':
      return times(settings.timeParts)
    case 'timestamp':
    case 'timestamp_tz':
      return timestamps(settings.timeParts, type.kind === 'timestamp_tz')
    case 'null':
      return nothing
    default:
      return type satisfies never
  }
}

const integers = ({ template, minimum, maximum }: Range<number>): ColumnGenerator =>
  template === undefined ? rangeIntegers(minimum, maximum) : pickIntegers(template)

const objectVector = (values: readonly Value[]): Vector => ({ kind: 'object', values, nulls: null })

const valuesOf = (
  generate: ColumnGenerator,
  random: RandomWords,
  count: number,
): readonly Value[] => {
  const vector = generate(random, count, 0)
  return Array.from({ length: count }, (_, index) => valueAt(vector, index))
}

const arrays =
  (generate: ColumnGenerator, size: number): ColumnGenerator =>
  (random, rowCount) => {
    const items = valuesOf(generate, random, rowCount * size)
    return objectVector(
      Array.from({ length: rowCount }, (_, row) => items.slice(row * size, (row + 1) * size)),
    )
  }

const maps =
  (keys: ColumnGenerator, values: ColumnGenerator, size: number): ColumnGenerator =>
  (random, rowCount) => {
    const keyValues = valuesOf(keys, random, rowCount * size)
    const itemValues = valuesOf(values, random, rowCount * size)
    return objectVector(
      Array.from({ length: rowCount }, (_row, row) => {
        const map = new Map<Value, Value>()
        for (let at = row * size; at < (row + 1) * size; at += 1) {
          map.set(keyValues[at]!, itemValues[at]!)
        }
        return map
      }),
    )
  }

const nestedRows =
  (fields: readonly ColumnGenerator[]): ColumnGenerator =>
  (random, rowCount) => {
    const columns = fields.map((generate) => generate(random, rowCount, 0))
    return objectVector(
      Array.from({ length: rowCount }, (_, row) => columns.map((vector) => valueAt(vector, row))),
    )
  }
