import * as fc from 'fast-check'
import {
  column,
  Decimal,
  Timestamp,
  type DataType,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'

const kind = (name: 'string' | 'bigint' | 'double' | 'int'): DataType => ({ kind: name })

/** A table with a column of every type that files hold. */
export const everyType: TableSchema = {
  path: 'every',
  catalog: 'Test',
  columns: [
    column('c_string', { kind: 'string' }),
    column('c_boolean', { kind: 'boolean' }),
    column('c_tinyint', { kind: 'tinyint' }),
    column('c_smallint', { kind: 'smallint' }),
    column('c_int', { kind: 'int' }),
    column('c_bigint', { kind: 'bigint' }),
    column('c_float', { kind: 'float' }),
    column('c_double', { kind: 'double' }),
    column('c_decimal', { kind: 'decimal', precision: 38, scale: 18 }),
    column('c_date', { kind: 'date' }),
    column('c_time', { kind: 'time' }),
    column('c_timestamp', { kind: 'timestamp' }),
    column('c_zoned', { kind: 'timestamp_tz' }),
    column('c_bytes', { kind: 'bytes' }),
    column('c_array', { kind: 'array', element: kind('int') }),
    column('c_map', { kind: 'map', key: kind('string'), value: kind('double') }),
    column('c_row', {
      kind: 'row',
      fields: [
        { name: 'x', type: kind('bigint') },
        { name: 'y', type: { kind: 'array', element: kind('string') } },
      ],
    }),
    column('c_null', { kind: 'null' }),
  ],
}

/** Letters without those that delimited text gives a meaning. */
const word = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', 'é', '測', '𝄞', '_'),
  minLength: 1,
  maxLength: 6,
})
const free = fc.string({
  unit: fc.constantFrom('a', 'é', '測', '𝄞', '"', ',', '\n', '\\', ' ', '\t', '\u0000'),
})
const nanos = fc.integer({ min: 0, max: 999_999_999 })
/** Within what an int64 of nanoseconds holds. */
const seconds = fc.integer({ min: -9_000_000_000, max: 9_000_000_000 })
const whole = (limit: number) => fc.integer({ min: -limit, max: limit - 1 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

/** A key that is no number: objects have an order only for such keys. */
const mapKey = word.map((text) => `k${text}`)

/** Rows of `everyType`. `freeText` puts delimiters, quotes and line ends into the string column. */
export const anyRow = (freeText: boolean): fc.Arbitrary<Value[]> =>
  fc
    .tuple(
      ...[
        freeText ? free : word,
        fc.boolean(),
        whole(0x80),
        whole(0x8000),
        whole(0x80000000),
        int64,
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        finite,
        fc
          .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
          .map((unscaled) => new Decimal(unscaled, 18)),
        fc.integer({ min: -700_000, max: 2_900_000 }),
        fc
          .tuple(fc.integer({ min: 0, max: 86_399 }), nanos)
          .map(([second, part]) => second * 1e9 + part),
        fc.tuple(seconds, nanos).map(([second, part]) => new Timestamp(second, part)),
        fc.tuple(seconds, nanos).map(([second, part]) => new Timestamp(second, part, 0)),
        word.map((text) => new TextEncoder().encode(text)),
        fc.array(whole(1000), { minLength: 1, maxLength: 4 }),
        fc
          .array(fc.tuple(mapKey, finite), { minLength: 1, maxLength: 3 })
          .map((entries) => new Map<Value, Value>(entries)),
        fc.tuple(int64, fc.array(word, { minLength: 1, maxLength: 3 })),
        fc.constant(null),
      ].map((arbitrary) => fc.option(arbitrary as fc.Arbitrary<Value>, { freq: 6 })),
    )
    .map((row) => row as Value[])
