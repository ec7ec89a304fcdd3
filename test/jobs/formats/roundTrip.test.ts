import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  createDelimitedReader,
  createDelimitedWriter,
  createJsonReader,
  createJsonWriter,
  loadParquet,
  type RowReader,
  type RowWriter,
} from '../../../jobs/formats/index.ts'
import { batchOfRows, type Value } from '../../../runtime/rows/index.ts'
import { rowTexts } from '../../contract/rowTexts.ts'
import { anyRow, everyType } from './everyType.ts'

const { createParquetWriter, openParquet } = await loadParquet()

const START = { offset: 0, line: 0 }
const reject = ({ error }: { readonly error: Error }): never => {
  throw error
}

interface Format {
  readonly freeText: boolean
  createWriter(): RowWriter
  createReader(from: { readonly offset: number; readonly line: number | null }): RowReader
}

const delimited = (quoted: boolean): Format => ({
  freeText: quoted,
  createWriter: () =>
    createDelimitedWriter({
      table: everyType,
      fieldDelimiter: quoted ? ',' : '\u0001',
      rowDelimiter: '\n',
      quoteMode: quoted ? 'MINIMAL' : null,
      hasHeader: false,
      temporal: {},
    }),
  createReader: (from) =>
    createDelimitedReader({
      table: everyType,
      fields: everyType.columns.map((column) => column.name),
      fieldDelimiter: quoted ? ',' : '\u0001',
      rowDelimiter: '\n',
      quote: quoted ? '"' : null,
      escape: null,
      nullText: null,
      temporal: {},
      from,
      reject,
    }),
})

const FORMATS: { readonly [name: string]: Format } = {
  csv: delimited(true),
  text: delimited(false),
  json: {
    freeText: true,
    createWriter: () => createJsonWriter(everyType),
    createReader: (from) =>
      createJsonReader({ table: everyType, layout: 'lines', temporal: {}, from, reject }),
  },
}

const encoded = (writer: RowWriter, rows: readonly Value[][]): Uint8Array => {
  writer.write(batchOfRows(everyType, rows))
  writer.finish()
  return writer.take().slice()
}

const readAll = (reader: RowReader, pieces: readonly Uint8Array[]): string[] => {
  const texts: string[] = []
  const drain = (): void => {
    for (let batch = reader.next(); batch !== null; batch = reader.next())
      texts.push(...rowTexts(batch))
  }
  for (const piece of pieces) {
    reader.push(piece.slice())
    drain()
  }
  reader.end()
  drain()
  return texts
}

for (const [name, format] of Object.entries(FORMATS)) {
  describe(name, () => {
    const rows = fc.array(anyRow(format.freeText), { minLength: 1, maxLength: 4 })

    test('every value of every type comes back, wherever the bytes are cut', () => {
      fc.assert(
        fc.property(rows, fc.nat(), (some, cut) => {
          const bytes = encoded(format.createWriter(), some)
          const at = cut % (bytes.length + 1)
          const pieces = [bytes.subarray(0, at), bytes.subarray(at)]
          expect(readAll(format.createReader(START), pieces)).toEqual(
            rowTexts(batchOfRows(everyType, some)),
          )
        }),
        { numRuns: 150 },
      )
    })

    test('bytes one by one make the same rows', () => {
      fc.assert(
        fc.property(rows, (some) => {
          const bytes = encoded(format.createWriter(), some)
          const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
          expect(readAll(format.createReader(START), pieces)).toEqual(
            rowTexts(batchOfRows(everyType, some)),
          )
        }),
        { numRuns: 20 },
      )
    })

    test('a reader goes on from the position of another one', () => {
      const [some] = fc.sample(
        fc.array(anyRow(format.freeText), { minLength: 5000, maxLength: 5000 }),
        { numRuns: 1, seed: 7 },
      )
      const bytes = encoded(format.createWriter(), some!)
      const first = format.createReader(START)
      first.push(bytes.slice())
      first.end()
      const head = rowTexts(first.next()!)
      const { offset, line } = first.position()
      const tail = readAll(format.createReader({ offset, line }), [bytes.slice(offset)])
      expect([...head, ...tail]).toEqual(rowTexts(batchOfRows(everyType, some!)))
    })
  })
}

describe('parquet', () => {
  for (const codec of ['none', 'snappy', 'gzip', 'zstd']) {
    test(`every value of every type comes back from ${codec}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyRow(true), { minLength: 1, maxLength: 30 }), async (some) => {
          const options = {
            table: everyType,
            codec,
            timestampsAsInt96: false,
            int96Columns: new Set<string>(),
          }
          const bytes = encoded(createParquetWriter(options), some)
          const file = await openParquet({
            byteLength: bytes.length,
            slice: (start, end) => Promise.resolve(bytes.slice(start, end).buffer as ArrayBuffer),
          })
          expect(file.columns.map(({ type }) => type)).toEqual(
            everyType.columns.map(({ type }) => type),
          )
          const reader = file.openRows(everyType, 0)
          const texts: string[] = []
          for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
            texts.push(...rowTexts(batch))
          }
          expect(texts).toEqual(rowTexts(batchOfRows(everyType, some)))
        }),
        { numRuns: 40 },
      )
    })
  }
})
