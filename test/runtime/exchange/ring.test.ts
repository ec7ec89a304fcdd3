import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createRing, RingReader, RingWriter } from '../../../runtime/exchange/index.ts'
import type { Control } from '../../../runtime/isolate/index.ts'
import { batchOfRows, column, type Batch } from '../../../runtime/rows/index.ts'
import { batches } from '../rows/arbitraries.ts'
import { expectSameBatch } from './sameBatch.ts'

type Item = Batch | Control

const isBatch = (item: Item): item is Batch => 'rowCount' in item

const offer = (writer: RingWriter, item: Item): boolean =>
  isBatch(item) ? writer.offerBatch(item) : writer.offerControl(item)

const expectSameItem = (actual: Item, expected: Item): void => {
  if (isBatch(expected)) expectSameBatch(actual as Batch, expected)
  else expect(actual).toEqual(expected)
}

const controls: fc.Arbitrary<Control> = fc.oneof(
  fc.maxSafeNat().map((checkpointId) => ({ kind: 'barrier' as const, checkpointId })),
  fc.double({ noNaN: true }).map((timestampMs) => ({ kind: 'watermark' as const, timestampMs })),
  fc.constant({ kind: 'end' as const }),
)

const texts = (rowCount: number, length: number, path = 'texts'): Batch =>
  batchOfRows(
    { path, catalog: 'test', columns: [column('text', { kind: 'string' })] },
    Array.from({ length: rowCount }, (_, row) => [String(row).padStart(length, '.')]),
  )

describe('a ring', () => {
  test('carries any items in order, however small it is and whoever comes first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(batches, controls), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.infiniteStream(fc.boolean()),
        (items, capacityBytes, turns) => {
          const ring = createRing(capacityBytes)
          const writer = new RingWriter(ring)
          const reader = new RingReader(ring)
          let sent = 0
          let received = 0
          while (received < items.length) {
            if (turns.next().value && sent < items.length) {
              if (offer(writer, items[sent]!)) sent += 1
              continue
            }
            const item = reader.poll()
            if (item === null) continue
            expectSameItem(item, items[received]!)
            received += 1
          }
          expect(reader.poll()).toBeNull()
        },
      ),
      { numRuns: 200 },
    )
  })

  test('refuses what has no room, and takes it when there is', () => {
    const ring = createRing(1024)
    const writer = new RingWriter(ring)
    const reader = new RingReader(ring)
    const batch = texts(10, 5)
    let taken = 0
    while (writer.offerBatch(batch)) taken += 1
    expect(taken).toBeGreaterThan(2)
    expect(taken).toBeLessThan(10)
    expect(writer.offerBatch(batch)).toBe(false)
    for (let left = taken; left > 0; left -= 1) expectSameBatch(reader.poll() as Batch, batch)
    expect(reader.poll()).toBeNull()
    expect(writer.offerBatch(batch)).toBe(true)
    expectSameBatch(reader.poll() as Batch, batch)
  })

  test('what was read stays when the ring is written again', () => {
    const ring = createRing(512)
    const writer = new RingWriter(ring)
    const reader = new RingReader(ring)
    const kept: Batch[] = []
    for (let round = 0; round < 50; round += 1) {
      expect(writer.offerBatch(texts(3, round % 20))).toBe(true)
      kept.push(reader.poll() as Batch)
    }
    for (const [round, batch] of kept.entries()) expectSameBatch(batch, texts(3, round % 20))
  })

  test('each table is one object for all its batches', () => {
    const ring = createRing(4096)
    const writer = new RingWriter(ring)
    const reader = new RingReader(ring)
    for (const path of ['a', 'b', 'a', 'b']) expect(writer.offerBatch(texts(1, 1, path))).toBe(true)
    const tables = Array.from({ length: 4 }, () => (reader.poll() as Batch).table)
    expect(tables[0]).toBe(tables[2]!)
    expect(tables[1]).toBe(tables[3]!)
    expect(tables.map((table) => table.path)).toEqual(['a', 'b', 'a', 'b'])
  })

  test('positions may pass 2^32', () => {
    const ring = createRing(256)
    const int32 = new Int32Array(ring)
    // The words of the writer's and the reader's position.
    int32[0] = 0x7fffffe0
    int32[16] = 0x7fffffe0
    const writer = new RingWriter(ring)
    const reader = new RingReader(ring)
    for (let id = 0; id < 200; id += 1) {
      expect(writer.offerControl({ kind: 'barrier', checkpointId: id })).toBe(true)
      expect(reader.poll()).toEqual({ kind: 'barrier', checkpointId: id })
    }
  })
})

describe('a ring between two threads', () => {
  const startWorker = (work: object): Worker => {
    const worker = new Worker(new URL('./ringWorker.ts', import.meta.url).href)
    worker.postMessage(work, [])
    return worker
  }

  test.each([200, 4096, 65_536])(
    'of %d bytes loses nothing, with both ends asleep in turn',
    async (capacityBytes) => {
      const there = createRing(capacityBytes)
      const back = createRing(capacityBytes)
      const worker = startWorker({ there, back })
      const writer = new RingWriter(there)
      const reader = new RingReader(back)
      const items: Item[] = Array.from({ length: 300 }, (_, index) =>
        index % 10 === 9
          ? { kind: 'barrier', checkpointId: index }
          : texts((index * 7) % 40, (index * 3) % 30, `table ${index % 3}`),
      )
      items.push({ kind: 'end' })
      const received: Item[] = []
      let sent = 0
      const { promise, resolve } = Promise.withResolvers<void>()
      const work = (): void => {
        while (sent < items.length && offer(writer, items[sent]!)) sent += 1
        for (let item = reader.poll(); item !== null; item = reader.poll()) received.push(item)
        if (received.length === items.length) resolve()
      }
      writer.listen(work)
      reader.listen(work)
      await promise
      writer.close()
      reader.close()
      worker.terminate()
      for (const [index, item] of received.entries()) expectSameItem(item, items[index]!)
    },
  )
})
