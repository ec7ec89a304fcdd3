import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  instanceOf,
  keyHashOf,
  partitionBatch,
  PARTITION_COUNT,
  partitionOf,
} from '../../../runtime/exchange/index.ts'
import {
  batchOfRows,
  column,
  Decimal,
  parseType,
  rowAt,
  Utf8Vector,
  type Batch,
  type Value,
} from '../../../runtime/rows/index.ts'
import { batches } from '../rows/arbitraries.ts'

const batchOf = (types: readonly string[], rows: readonly (readonly Value[])[]): Batch =>
  batchOfRows(
    {
      path: 't',
      catalog: 'test',
      columns: types.map((type, index) => column(`c${index}`, parseType(type))),
    },
    rows,
  )

const hashOf = (type: string, value: Value): number =>
  keyHashOf(batchOf([type], [[value]]), [0])[0]!

describe('key hashes', () => {
  test('equal numbers are one key whatever their type', () => {
    for (const number of [0, 3, -3, 100, -128]) {
      const hash = hashOf('int', number)
      expect(hashOf('tinyint', number)).toBe(hash)
      expect(hashOf('bigint', BigInt(number))).toBe(hash)
      expect(hashOf('double', number)).toBe(hash)
      expect(hashOf('decimal(10, 2)', new Decimal(BigInt(number) * 100n, 2))).toBe(hash)
    }
    expect(hashOf('double', -0)).toBe(hashOf('double', 0))
    expect(hashOf('double', 2 ** 53)).toBe(hashOf('bigint', 2n ** 53n))
    expect(hashOf('double', -(2 ** 40))).toBe(hashOf('bigint', -(2n ** 40n)))
    expect(hashOf('decimal(10, 2)', new Decimal(150n, 2))).toBe(hashOf('double', 1.5))
    expect(hashOf('decimal(40, 0)', new Decimal(2n ** 100n, 0))).toBe(hashOf('double', 2 ** 100))
  })

  test('they never change', () => {
    expect(hashOf('int', 1)).toMatchInlineSnapshot(`619189011`)
    expect(hashOf('bigint', 2n ** 62n)).toMatchInlineSnapshot(`-772136810`)
    expect(hashOf('double', 0.5)).toMatchInlineSnapshot(`-799622772`)
    expect(hashOf('string', 'Tidegate ✓')).toMatchInlineSnapshot(`-940794622`)
    expect(hashOf('string', null)).toMatchInlineSnapshot(`-1970685152`)
    expect(hashOf('bytes', new Uint8Array([1, 2, 3]))).toMatchInlineSnapshot(`-71711206`)
  })

  test('texts hash the same as strings and as bytes, each length its own way', () => {
    const texts = Array.from({ length: 20 }, (_, length) => 'x'.repeat(length))
    const strings = batchOf(
      ['string'],
      texts.map((text) => [text]),
    )
    const asBytes = (strings.columns[0] as Utf8Vector).utf8()
    const inBytes = { ...strings, columns: [Utf8Vector.ofBytes(asBytes, null)] }
    const hashes = keyHashOf(strings, [0])
    expect(keyHashOf(inBytes, [0])).toEqual(hashes)
    expect(new Set(hashes).size).toBe(20)
  })

  test('the order of columns and nulls count', () => {
    const batch = batchOf(
      ['int', 'int'],
      [
        [1, 2],
        [2, 1],
        [null, 1],
        [1, null],
      ],
    )
    expect(new Set(keyHashOf(batch, [0, 1])).size).toBe(4)
    expect(keyHashOf(batch, [0, 1])[1]).toBe(keyHashOf(batch, [1, 0])[0])
  })

  test('keys spread evenly', () => {
    const rows = Array.from({ length: 27_100 }, (_, row) => [row])
    const counts = new Int32Array(PARTITION_COUNT)
    for (const hash of keyHashOf(batchOf(['int'], rows), [0])) counts[partitionOf(hash)]! += 1
    expect(Math.min(...counts)).toBeGreaterThan(50)
    expect(Math.max(...counts)).toBeLessThan(160)
  })
})

describe('partitioning', () => {
  test('every row goes to one instance, by its key, in order', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 5 }), (batch, parallelism) => {
        const keys = batch.table.columns.map((_, index) => index).slice(0, 2)
        const parts = partitionBatch(batch, keys, parallelism)
        expect(parts.length).toBe(parallelism)
        const hashes = keyHashOf(batch, keys)
        for (const [instance, part] of parts.entries()) {
          const rows = Array.from(hashes.keys()).filter(
            (row) => instanceOf(hashes[row]!, parallelism) === instance,
          )
          if (part === null) {
            expect(rows).toEqual([])
            continue
          }
          expect(part.rowCount).toBe(rows.length)
          for (const [at, row] of rows.entries()) {
            expect(rowAt(part, at)).toEqual(rowAt(batch, row))
          }
        }
      }),
    )
  })
})
