import { EngineError } from '../../../runtime/errors/index.ts'
import type { DataType, TableSchema } from '../../../runtime/rows/index.ts'

/** Parquet's numbers for its physical types. */
export const Physical = {
  boolean: 0,
  int32: 1,
  int64: 2,
  int96: 3,
  float: 4,
  double: 5,
  byteArray: 6,
  fixed: 7,
} as const
export type Physical = (typeof Physical)[keyof typeof Physical]

export const Repetition = { required: 0, optional: 1, repeated: 2 } as const

/** What a logical type is: the id of its member in parquet's union, and that member's own fields. */
export type Logical =
  | { readonly id: 1 | 2 | 3 | 6 | 11 }
  | { readonly id: 5; readonly precision: number; readonly scale: number }
  | { readonly id: 7 | 8; readonly isUtc: boolean }
  | { readonly id: 10; readonly bits: number }

/** An element of the schema, as the footer lists them: parents before their children. */
export interface Element {
  readonly name: string
  readonly repetition?: number
  readonly physical?: Physical
  readonly typeLength?: number
  readonly childCount?: number
  readonly converted?: number
  readonly precision?: number
  readonly scale?: number
  readonly logical?: Logical
}

/** A column of values: a leaf of the schema. */
export interface Leaf {
  readonly index: number
  readonly path: readonly string[]
  readonly type: DataType
  readonly physical: Physical
  readonly typeLength: number
  readonly definitionMax: number
  readonly repetitionMax: number
}

/** How a value falls apart into leaves. Every node but a map's key may be null. */
export type Node =
  | { readonly kind: 'leaf'; readonly leaf: Leaf; readonly isRequired: boolean }
  | {
      readonly kind: 'list'
      readonly item: Node
      readonly repetition: number
      readonly leaves: readonly Leaf[]
    }
  | {
      readonly kind: 'map'
      readonly key: Node
      readonly value: Node
      readonly repetition: number
      readonly leaves: readonly Leaf[]
    }
  | { readonly kind: 'row'; readonly fields: readonly Node[]; readonly leaves: readonly Leaf[] }

export interface Layout {
  readonly elements: readonly Element[]
  readonly leaves: readonly Leaf[]
  /** One node a column of the table. */
  readonly nodes: readonly Node[]
}

export interface LayoutOptions {
  readonly timestampsAsInt96: boolean
  /** Columns of twelve bytes that become INT96. */
  readonly int96Columns: ReadonlySet<string>
}

const LIST = { id: 3 } as const
const MAP = { id: 2 } as const
const CONVERTED_MAP = 1
const CONVERTED_LIST = 3

/** The place in the schema at which a node stands. */
interface Place {
  readonly path: readonly string[]
  readonly definition: number
  readonly repetition: number
}

/** The schema of a file. Throws FIL-009 for a type that parquet cannot hold. */
export const layoutOf = (table: TableSchema, options: LayoutOptions): Layout => {
  const elements: Element[] = [{ name: 'schema', childCount: table.columns.length }]
  const leaves: Leaf[] = []

  const leaf = (name: string, type: DataType, place: Place, isRequired: boolean): Node => {
    const form = formOf(type, name, options)
    const path = [...place.path, name]
    const made: Leaf = {
      index: leaves.length,
      path,
      type,
      physical: form.physical!,
      typeLength: form.typeLength ?? 0,
      definitionMax: place.definition + (isRequired ? 0 : 1),
      repetitionMax: place.repetition,
    }
    const repetition = isRequired ? Repetition.required : Repetition.optional
    elements.push({ ...form, name, repetition })
    leaves.push(made)
    return { kind: 'leaf', leaf: made, isRequired }
  }

  const group = (name: string, rest: Omit<Element, 'name'>): void => {
    elements.push({ name, repetition: Repetition.optional, ...rest })
  }

  const add = (name: string, type: DataType, place: Place): Node => {
    const from = leaves.length
    switch (type.kind) {
      case 'array':
      case 'float_vector':
      case 'float16_vector':
      case 'bfloat16_vector': {
        group(name, { childCount: 1, converted: CONVERTED_LIST, logical: LIST })
        elements.push({ name: 'list', repetition: Repetition.repeated, childCount: 1 })
        const item = add('element', itemType(type), inside(place, [name, 'list']))
        return { kind: 'list', item, repetition: place.repetition + 1, leaves: leaves.slice(from) }
      }
      case 'map':
      case 'sparse_float_vector': {
        const types = type.kind === 'map' ? type : SPARSE
        group(name, { childCount: 1, converted: CONVERTED_MAP, logical: MAP })
        elements.push({ name: 'key_value', repetition: Repetition.repeated, childCount: 2 })
        const within = inside(place, [name, 'key_value'])
        const key = leaf('key', types.key, within, true)
        const value = add('value', types.value, within)
        return {
          kind: 'map',
          key,
          value,
          repetition: place.repetition + 1,
          leaves: leaves.slice(from),
        }
      }
      case 'row': {
        group(name, { childCount: type.fields.length })
        const within = { ...place, path: [...place.path, name], definition: place.definition + 1 }
        const fields = type.fields.map((field) => add(field.name, field.type, within))
        return { kind: 'row', fields, leaves: leaves.slice(from) }
      }
      default:
        return leaf(name, type, place, false)
    }
  }

  const top: Place = { path: [], definition: 0, repetition: 0 }
  const nodes = table.columns.map((column) => add(column.name, column.type, top))
  return { elements, leaves, nodes }
}

/** The place of the items of an optional group that holds one repeated group. */
const inside = (place: Place, names: readonly string[]): Place => ({
  path: [...place.path, ...names],
  definition: place.definition + 2,
  repetition: place.repetition + 1,
})

const SPARSE = { key: { kind: 'int' }, value: { kind: 'float' } } as const

const itemType = (type: DataType): DataType => {
  if (type.kind === 'array') return type.element
  return { kind: type.kind === 'float_vector' ? 'float' : 'int' }
}

type Form = Omit<Element, 'name' | 'repetition'>

const formOf = (type: DataType, name: string, options: LayoutOptions): Form => {
  switch (type.kind) {
    case 'boolean':
      return { physical: Physical.boolean }
    case 'tinyint':
      return { physical: Physical.int32, converted: 15, logical: { id: 10, bits: 8 } }
    case 'smallint':
      return { physical: Physical.int32, converted: 16, logical: { id: 10, bits: 16 } }
    case 'int':
      return { physical: Physical.int32 }
    case 'bigint':
      return { physical: Physical.int64 }
    case 'float':
      return { physical: Physical.float }
    case 'double':
      return { physical: Physical.double }
    case 'string':
      return { physical: Physical.byteArray, converted: 0, logical: { id: 1 } }
    case 'bytes':
      return options.int96Columns.has(name)
        ? { physical: Physical.int96 }
        : { physical: Physical.byteArray }
    case 'binary_vector':
      return { physical: Physical.byteArray }
    case 'date':
      return { physical: Physical.int32, converted: 6, logical: { id: 6 } }
    case 'time':
      return { physical: Physical.int64, logical: { id: 7, isUtc: false } }
    case 'timestamp':
    case 'timestamp_tz':
      return options.timestampsAsInt96
        ? { physical: Physical.int96 }
        : { physical: Physical.int64, logical: { id: 8, isUtc: type.kind === 'timestamp_tz' } }
    case 'decimal': {
      const { precision, scale } = type
      const typeLength = decimalBytes(precision)
      const logical = { id: 5, precision, scale } as const
      return { physical: Physical.fixed, typeLength, converted: 5, precision, scale, logical }
    }
    case 'null':
      return { physical: Physical.int32, logical: { id: 11 } }
    default:
      throw new EngineError(
        'FIL-009',
        `Parquet cannot hold column ${name} of type ${type.kind}; convert it with a transform.`,
      )
  }
}

/** The bytes of the greatest unscaled value of so many digits, with its sign. */
const decimalBytes = (precision: number): number => {
  let bytes = 1
  while (2n ** BigInt(bytes * 8 - 1) - 1n < 10n ** BigInt(precision) - 1n) bytes += 1
  return bytes
}
