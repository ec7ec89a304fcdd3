import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createRing, RingReader, RingWriter } from '../../../runtime/exchange/index.ts'
import { batches } from '../rows/arbitraries.ts'
import {
  controls,
  edgeContract,
  expectSameItem,
  offer,
  texts,
  type Item,
} from '../../contract/edgeContract.ts'

describe('a ring', () => {
  edgeContract((capacityBytes) => {
    const ring = createRing(capacityBytes)
    const writer = new RingWriter(ring)
    const reader = new RingReader(ring)
    const close = (): void => {
      writer.close()
      reader.close()
    }
    return Promise.resolve({ writer, reader, close })
  }, 100)

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
