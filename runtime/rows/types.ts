/** A named, typed place in a row. */
export interface Field {
  readonly name: string
  readonly type: DataType
}

export type ScalarKind =
  | 'null'
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'float'
  | 'double'
  | 'string'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamp_tz'

export type VectorKind =
  'binary_vector' | 'float_vector' | 'float16_vector' | 'bfloat16_vector' | 'sparse_float_vector'

/**
 * SeaTunnel's types, frozen and JSON-safe. `any` is a value of a TypeScript pipeline whose shape is
 * not declared.
 */
export type DataType =
  | { readonly kind: ScalarKind }
  | { readonly kind: VectorKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: DataType }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType }
  | { readonly kind: 'row'; readonly fields: readonly Field[] }
  | { readonly kind: 'any' }

/** How a type is held in memory; see `vectors.ts`. */
export type PhysicalKind =
  'boolean' | 'int32' | 'float64' | 'int64' | 'utf8' | 'timestamp' | 'object'

/**
 * The physical kind of a type. date is an int32 of days since 1970-01-01, time a float64 of
 * nanoseconds of the day (below 2^47, so exact), timestamp seconds and nanoseconds.
 */
export const physicalKindOf = (type: DataType): PhysicalKind => {
  switch (type.kind) {
    case 'boolean':
      return 'boolean'
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'date':
      return 'int32'
    case 'float':
    case 'double':
    case 'time':
      return 'float64'
    case 'bigint':
      return 'int64'
    case 'string':
      return 'utf8'
    case 'timestamp':
    case 'timestamp_tz':
      return 'timestamp'
    default:
      return 'object'
  }
}

export const sameType = (left: DataType, right: DataType): boolean =>
  left === right || formatType(left) === formatType(right)

/** The type as a job file writes it, for instance `map<string, decimal(38, 18)>`. */
export const formatType = (type: DataType): string => {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`
    case 'array':
      return `array<${formatType(type.element)}>`
    case 'map':
      return `map<${formatType(type.key)}, ${formatType(type.value)}>`
    case 'row':
      return `{${type.fields.map((field) => `${field.name} = ${formatType(field.type)}`).join(', ')}}`
    default:
      return type.kind
  }
}
