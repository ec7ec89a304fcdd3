import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  aligned,
  ByteWriter,
  memoryOf,
  prepareBatch,
  readBatch,
  ReceivedTables,
  SentTables,
  writeBatch,
} from '../../../runtime/exchange/codec/index.ts'
import {
  batchOfRows,
  column,
  Decimal,
  selectRows,
  Timestamp,
  Utf8Vector,
  valueAt,
  vectorOf,
  type Batch,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'
import { batches } from '../rows/arbitraries.ts'
import { expectSameBatch } from './sameBatch.ts'

const roundTrip = (batch: Batch): Batch => {
  const sent = new SentTables()
  const received = new ReceivedTables()
  const { number, text } = sent.announce(batch.table)
  received.add(number, text)
  const prepared = prepareBatch(batch)
  expect(prepared.sizeBytes % 8).toBe(0)
  const start = 16
  const memory = memoryOf(new SharedArrayBuffer(start + prepared.sizeBytes + 8))
  memory.bytes.fill(0xee)
  writeBatch(prepared, number, memory, start)
  expect(memory.bytes.subarray(start + prepared.sizeBytes)).toEqual(new Uint8Array(8).fill(0xee))
  const { buffer } = memory.bytes.slice(start, start + prepared.sizeBytes)
  return readBatch(buffer as ArrayBuffer, received)
}

const batchOfColumn = (type: DataType, values: readonly Value[]): Batch =>
  batchOfRows(
    { path: 'test.rows', catalog: 'test', columns: [column('value', type)] },
    values.map((value) => [value]),
  )

describe('the batch codec', () => {
  test('any batch survives', () => {
    fc.assert(
      fc.property(batches, (batch) => expectSameBatch(roundTrip(batch), batch)),
      { numRuns: 300 },
    )
  })

  test('any choice of rows survives, also a second time', () => {
    fc.assert(
      fc.property(batches, fc.func(fc.boolean()), (batch, isChosen) => {
        const rows = Array.from({ length: batch.rowCount }, (_, row) => row).filter(isChosen)
        const chosen = selectRows(batch, Int32Array.from(rows), rows.length)
        const once = roundTrip(chosen)
        expectSameBatch(once, chosen)
        const half = selectRows(
          once,
          Int32Array.from(rows.keys().take(2)),
          Math.min(2, rows.length),
        )
        expectSameBatch(roundTrip(half), half)
      }),
    )
  })

  test('the bits of numbers are untouched', () => {
    const bits = new BigInt64Array([0x7ff0000000000001n, -1n, -(2n ** 63n), 0x7ff8dead_beefn])
    const table = {
      path: 't',
      catalog: 'test',
      columns: [column('a', { kind: 'bigint' }), column('b', { kind: 'double' })],
    }
    const batch: Batch = {
      table,
      rowCount: 4,
      columns: [
        { kind: 'int64', values: bits, nulls: null },
        { kind: 'float64', values: new Float64Array(bits.buffer.slice(0)), nulls: null },
      ],
      kinds: null,
    }
    for (const vector of roundTrip(batch).columns) {
      const { values } = vector as { values: Float64Array }
      expect(new BigInt64Array(values.buffer, values.byteOffset, 4)).toEqual(bits)
    }
  })

  test.each([
    ['no rows', { kind: 'string' }, []],
    ['only nulls', { kind: 'string' }, [null, null, null]],
    ['special doubles', { kind: 'double' }, [Number.NaN, -0, Infinity, -Infinity, 5e-324]],
    ['doubles in arrays', { kind: 'array', element: { kind: 'double' } }, [[-0, Number.NaN, null]]],
    ['a huge text', { kind: 'string' }, ['x'.repeat(3_000_000), '', 'ü'.repeat(1_000_000)]],
    ['a byte order mark', { kind: 'string' }, ['\ufeffx', 'ü\ufeff']],
    [
      'huge decimals',
      { kind: 'decimal', precision: 90, scale: 9 },
      [new Decimal(-(10n ** 89n), 9)],
    ],
    ['a zone', { kind: 'timestamp_tz' }, [new Timestamp(-1, 999_999_999, -3600), null]],
  ] as [string, DataType, Value[]][])('%s', (_name, type, values) => {
    const batch = batchOfColumn(type, values)
    expectSameBatch(roundTrip(batch), batch)
  })

  test('an unpaired surrogate becomes U+FFFD, its neighbours stay', () => {
    const batch = batchOfColumn({ kind: 'string' }, ['a\ud83d', '\ude00b', 'c😀'])
    const vector = roundTrip(batch).columns[0] as Utf8Vector
    expect(vector.strings()).toEqual(['a\ufffd', '\ufffdb', 'c😀'])
    const list = batchOfColumn({ kind: 'array', element: { kind: 'string' } }, [['a\ud83d', 'b']])
    expect(valueAt(roundTrip(list).columns[0]!, 0)).toEqual(['a\ufffd', 'b'])
  })

  test('texts that share bytes and leave gaps are packed', () => {
    const bytes = new TextEncoder().encode('-one--three-and a text that is longer than a short one')
    const starts = Int32Array.from([1, 6, 12, 0, 1])
    const ends = Int32Array.from([4, 11, bytes.length, 0, 4])
    const vector = Utf8Vector.ofBytes({ bytes, starts, ends, ascii: true }, null)
    const batch = { ...batchOfColumn({ kind: 'string' }, ['', '', '', '', '']), columns: [vector] }
    const packed = roundTrip(batch).columns[0] as Utf8Vector
    expect(packed.strings()).toEqual(vector.strings())
    expect(packed.utf8().bytes.length).toBe(3 + 5 + (bytes.length - 12) + 3)
  })
})

describe('undeclared values', () => {
  const any: DataType = { kind: 'any' }
  const objects = (values: unknown[]): Batch => batchOfColumn(any, values as Value[])

  test.each([
    [
      'one shape',
      [
        { a: 1, b: 'x', c: true, d: null },
        { a: -0, b: null, c: false, d: null },
      ],
    ],
    ['a bigint in a shape', [{ id: 2n ** 62n }, { id: -1n }]],
    ['different keys', [{ a: 1 }, { b: 1 }]],
    ['different types', [{ a: 1 }, { a: 'x' }]],
    [
      'another order of keys',
      [
        { a: 1, b: 2 },
        { b: 1, a: 2 },
      ],
    ],
    ['nested', [{ a: { b: [1, 'x', null] } }, null]],
    ['scalars', [1, 'x', true, null, 1.5, 2n ** 80n]],
    ['undefined', [{ a: undefined }]],
    [
      'names that objects have',
      [
        { constructor: 'x', toString: 1 },
        { constructor: 'y', toString: 2 },
      ],
    ],
    ['built-in things', [new Map([[1, new Set(['x'])]]), new Date(5), new Uint8Array([1, 2])]],
    ['our own', [new Decimal(2n ** 70n, 3), new Timestamp(1, 2, 3), { at: new Timestamp(1, 2) }]],
    ['empty objects', [{}, {}]],
  ])('%s', (_name, values) => {
    const vector = roundTrip(objects(values)).columns[0] as unknown as { values: unknown[] }
    expect(vector.values).toStrictEqual(values)
    for (const [index, value] of values.entries()) {
      if (value === null || typeof value !== 'object') continue
      expect(Object.keys(vector.values[index] as object)).toEqual(Object.keys(value))
    }
  })

  test('a shape is cheaper than its objects', () => {
    const rows = Array.from({ length: 1000 }, (_, row) => ({ id: row, name: `name ${row}` }))
    const mixed = [...rows.slice(1), { name: 'x' }]
    expect(prepareBatch(objects(rows)).sizeBytes).toBeLessThan(30_000)
    expectSameBatch(roundTrip(objects(mixed)), objects(mixed))
  })
})

describe('the dictionary of tables', () => {
  const table = (index: number) => ({ path: `t${index}`, catalog: 'test', columns: [] })

  test('equal tables share a number, and a full dictionary starts anew', () => {
    const sent = new SentTables()
    const received = new ReceivedTables()
    for (let index = 0; index < 5000; index += 1) {
      expect(sent.numberOf(table(index))).toBeNull()
      const { number, text } = sent.announce(table(index))
      received.add(number, text)
      expect(sent.numberOf(table(index))).toBe(number)
      expect(received.get(number)).toEqual(table(index))
    }
    expect(sent.numberOf(table(0))).toBeNull()
    expect(sent.numberOf(table(4999))).toBe(4999 - 4096)
  })

  test('alignment', () => {
    expect([0, 1, 7, 8, 9].map(aligned)).toEqual([0, 8, 8, 8, 16])
    expect(vectorOf({ kind: 'int' }, []).kind).toBe('int32')
  })
})

test('bytes written one by one stay when the writer grows', () => {
  const writer = new ByteWriter(1)
  const bytes = Array.from({ length: 1000 }, (_, index) => index % 251)
  for (const byte of bytes) writer.byte(byte)
  expect([...writer.take()]).toEqual(bytes)
})
