import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { allRows } from '../../../../jobs/connectors/jdbc/changes.ts'
import { CopyDecoder } from '../../../../jobs/connectors/jdbc/dialects/copyDecoder.ts'
import {
  ByteBuilder,
  canCopyBinary,
  writeBinaryHeader,
  writeBinaryRows,
  writeBinaryTrailer,
} from '../../../../jobs/connectors/jdbc/dialects/copyEncoder.ts'
import {
  numericBytesMax,
  readNumeric,
  writeNumeric,
} from '../../../../jobs/connectors/jdbc/dialects/numeric.ts'
import {
  arrayText,
  postgresConstant,
} from '../../../../jobs/connectors/jdbc/dialects/postgresTexts.ts'
import { splitAtPlaceholders } from '../../../../jobs/connectors/jdbc/dialects/statements.ts'
import {
  batchOfRows,
  column,
  Decimal,
  rowAt,
  Timestamp,
  type Value,
} from '../../../../runtime/rows/index.ts'

const numericRoundTrip = (decimal: Decimal): Decimal | undefined => {
  const view = new DataView(new ArrayBuffer(200))
  expect(writeNumeric(view, 0, decimal)).toBeLessThanOrEqual(numericBytesMax(decimal))
  return readNumeric(view, 0)
}

test('any decimal survives the binary numeric', () => {
  const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.nat({ max: 40 }))
  fc.assert(
    fc.property(decimals, ([unscaled, scale]) => {
      expect(numericRoundTrip(new Decimal(unscaled, scale))).toEqual(new Decimal(unscaled, scale))
    }),
  )
  for (const unscaled of [0n, 1n, -1n, 9999n, 10000n, 100000000n, 8999999999999n, 9000000000000n]) {
    for (const scale of [0, 1, 4, 5, 20]) {
      const decimal = new Decimal(unscaled, scale)
      expect(numericRoundTrip(decimal)).toEqual(decimal)
    }
  }
})

const COLUMNS = [
  { column: column('i', { kind: 'int' }), type: 'int4', value: fc.integer() },
  {
    column: column('b', { kind: 'bigint' }),
    type: 'int8',
    value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  },
  {
    column: column('t', { kind: 'string' }),
    type: 'text',
    value: fc.string({ unit: 'binary', maxLength: 90 }),
  },
  {
    column: column('d', { kind: 'date' }),
    type: 'date',
    value: fc.integer({ min: -700000, max: 2000000 }),
  },
  { column: column('f', { kind: 'double' }), type: 'float8', value: fc.double() },
  {
    column: column('y', { kind: 'bytes' }),
    type: 'bytea',
    value: fc.uint8Array({ maxLength: 90 }),
  },
  {
    column: column('m', { kind: 'timestamp' }),
    type: 'timestamp',
    value: fc
      .tuple(fc.integer({ min: -210_000_000_000, max: 9_000_000_000_000 }), fc.nat(999_999))
      .map(([seconds, micros]) => new Timestamp(seconds, micros * 1000)),
  },
] as const

test('any batch survives binary COPY, however its bytes are cut', () => {
  const table = { path: 't', catalog: 't', columns: COLUMNS.map((each) => each.column) }
  const targets = COLUMNS.map((each) => ({
    name: each.column.name,
    type: each.column.type,
    databaseType: each.type,
  }))
  expect(canCopyBinary(targets)).toBeTrue()
  const row = fc.tuple(
    ...COLUMNS.map((each) => fc.option(each.value as fc.Arbitrary<Value>, { nil: null })),
  )
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), fc.integer({ min: 1, max: 400 }), (rows, cut) => {
      const out = new ByteBuilder()
      writeBinaryHeader(out)
      writeBinaryRows(out, targets, allRows(batchOfRows(table, rows)))
      writeBinaryTrailer(out)
      const bytes = out.take()
      const decoder = new CopyDecoder(
        table,
        COLUMNS.map((each) => each.type),
      )
      const decoded: Value[][] = []
      for (let at = 0; at < bytes.length; at += cut) {
        decoder.push([bytes.slice(at, at + cut)])
        for (let batch = decoder.take(); batch !== null; batch = decoder.take()) {
          for (let index = 0; index < batch.rowCount; index += 1) decoded.push(rowAt(batch, index))
        }
      }
      expect(decoder.ended).toBeTrue()
      expect(decoded).toEqual(rows as Value[][])
    }),
  )
})

test('a narrower or another type is left to the server', () => {
  const target = (kind: 'int' | 'bigint' | 'string', databaseType: string) => [
    { name: 'a', type: { kind }, databaseType },
  ]
  expect(canCopyBinary(target('bigint', 'int4'))).toBeFalse()
  expect(canCopyBinary(target('string', 'uuid'))).toBeFalse()
  expect(canCopyBinary(target('int', 'int8'))).toBeTrue()
})

test('placeholders are found outside of quotes and comments only', () => {
  expect(
    splitAtPlaceholders(`insert into "a?" values ('?''?', ?, \`?\`) -- ?\n /* ? */ where x = ?;`),
  ).toEqual([`insert into "a?" values ('?''?', `, ', `?`) -- ?\n /* ? */ where x = ', ''])
})

test('constants and arrays are quoted', () => {
  expect(postgresConstant({ kind: 'string' }, `it's \\ "x"`)).toBe(`'it''s \\ "x"'`)
  expect(postgresConstant({ kind: 'int' }, -5)).toBe('(-5)')
  expect(postgresConstant({ kind: 'bytes' }, Uint8Array.of(1, 255))).toBe(String.raw`'\x01ff'`)
  expect(arrayText({ kind: 'string' }, ['a"b', null, 'c\\', ''])).toBe(
    String.raw`{"a\"b",NULL,"c\\",""}`,
  )
})
