import * as fc from 'fast-check'
import {
  batchOfRows,
  column,
  Decimal,
  Timestamp,
  type Batch,
  type DataType,
  type RowKind,
  type Value,
} from '../../../runtime/rows/index.ts'

const scalarKinds = [
  ...(['null', 'boolean', 'tinyint', 'smallint', 'int', 'bigint', 'float', 'double'] as const),
  ...(['string', 'bytes', 'date', 'time', 'timestamp', 'timestamp_tz'] as const),
]
const vectorKinds = [
  ...(['binary_vector', 'float_vector', 'float16_vector', 'bfloat16_vector'] as const),
  'sparse_float_vector' as const,
]

const decimalTypes: fc.Arbitrary<DataType> = fc
  .integer({ min: 1, max: 60 })
  .chain((precision) =>
    fc.nat(precision).map((scale) => ({ kind: 'decimal' as const, precision, scale })),
  )

const keyTypes: fc.Arbitrary<DataType> = fc.oneof(
  fc
    .constantFrom(...(['string', 'int', 'bigint', 'date', 'boolean'] as const))
    .map((kind) => ({ kind })),
  decimalTypes,
)

/** Any declared type, nested up to a few levels. */
export const types: fc.Arbitrary<DataType> = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...scalarKinds, ...vectorKinds).map((kind) => ({ kind })),
    decimalTypes,
    tie('type').map((element) => ({ kind: 'array' as const, element })),
    fc.tuple(keyTypes, tie('type')).map(([key, value]) => ({ kind: 'map' as const, key, value })),
    fc
      .uniqueArray(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), {
        minLength: 1,
        maxLength: 4,
      })
      .chain((names) =>
        fc
          .tuple(...names.map((name) => tie('type').map((type) => ({ name, type }))))
          .map((fields) => ({ kind: 'row' as const, fields })),
      ),
  ),
})).type

const strings = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', 'ascii text', 'größer', '漢字', '😀 pair', '\u0000'),
)
const nanos = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 }))
const seconds = fc.integer({ min: -(10 ** 12), max: 10 ** 12 })
const bytes = fc.uint8Array({ maxLength: 20 })
const floats = fc.float({ noDefaultInfinity: false })

/** Any value of `type` but null. */
export const valuesOf = (type: DataType): fc.Arbitrary<Value> => {
  switch (type.kind) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'tinyint':
      return fc.integer({ min: -128, max: 127 })
    case 'smallint':
      return fc.integer({ min: -32_768, max: 32_767 })
    case 'int':
    case 'date':
      return fc.integer({ min: -2_147_483_647, max: 2_147_483_647 })
    case 'bigint':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'float':
      return floats
    case 'double':
      return fc.double()
    case 'string':
      return strings
    case 'bytes':
    case 'binary_vector':
      return bytes
    case 'time':
      return fc.integer({ min: 0, max: 86_399_999_999_999 })
    case 'timestamp':
      return fc.tuple(seconds, nanos).map(([second, nano]) => new Timestamp(second, nano))
    case 'timestamp_tz':
      return fc
        .tuple(seconds, nanos, fc.integer({ min: -64_800, max: 64_800 }))
        .map(([second, nano, offset]) => new Timestamp(second, nano, offset))
    case 'decimal':
      return decimalsOf(type.precision, type.scale)
    default:
      return structuresOf(type)
  }
}

const decimalsOf = (precision: number, scale: number): fc.Arbitrary<Value> => {
  const max = 10n ** BigInt(precision) - 1n
  return fc.bigInt({ min: -max, max }).map((unscaled) => new Decimal(unscaled, scale))
}

const structuresOf = (type: DataType): fc.Arbitrary<Value> => {
  switch (type.kind) {
    case 'array':
      return fc.array(nullable(valuesOf(type.element)), { maxLength: 4 })
    case 'map':
      return fc
        .uniqueArray(fc.tuple(valuesOf(type.key), nullable(valuesOf(type.value))), {
          maxLength: 4,
          selector: ([key]) => (key instanceof Decimal ? key.unscaled : key),
        })
        .map((entries) => new Map(entries))
    case 'row':
      return fc.tuple(...type.fields.map((field) => nullable(valuesOf(field.type))))
    case 'float_vector':
      return fc.array(floats, { maxLength: 6 }).map((items) => Float32Array.from(items))
    case 'float16_vector':
    case 'bfloat16_vector':
      return fc.uint16Array({ maxLength: 6, max: 0x7bff })
    case 'sparse_float_vector':
      return fc
        .uniqueArray(fc.tuple(fc.nat(1000), floats), { maxLength: 4, selector: ([key]) => key })
        .map((entries) => new Map(entries))
    default:
      throw new Error(`no values of ${type.kind}`)
  }
}

export const nullable = (values: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.option(values, { nil: null, freq: 5 })

/** A type together with one of its values, sometimes null. */
export const typedValues: fc.Arbitrary<{ type: DataType; value: Value }> = types.chain((type) =>
  nullable(valuesOf(type)).map((value) => ({ type, value })),
)

/** A batch of any columns, with nulls, all-null columns, row kinds and no rows at all. */
export const batches: fc.Arbitrary<Batch> = fc
  .tuple(fc.array(types, { maxLength: 5 }), fc.nat(12), fc.boolean())
  .chain(([columnTypes, rowCount, withKinds]) =>
    fc
      .tuple(
        fc.array(fc.tuple(...columnTypes.map((type) => nullable(valuesOf(type)))), {
          minLength: rowCount,
          maxLength: rowCount,
        }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rowCount, maxLength: rowCount }),
      )
      .map(([rows, kinds]) =>
        batchOfRows(
          {
            path: 'test.rows',
            catalog: 'test',
            columns: columnTypes.map((type, index) => column(`column_${index}`, type)),
          },
          rows,
          withKinds ? (kinds as RowKind[]) : null,
        ),
      ),
  )
