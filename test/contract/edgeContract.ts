import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { EdgeReader, EdgeWriter } from '../../runtime/exchange/index.ts'
import type { Control } from '../../runtime/isolate/index.ts'
import { batchOfRows, column, type Batch } from '../../runtime/rows/index.ts'
import { expectSameBatch } from '../runtime/exchange/sameBatch.ts'
import { batches } from '../runtime/rows/arbitraries.ts'

export type Item = Batch | Control

/** Both ends of an edge, in this thread. */
export interface EdgePair {
  readonly writer: EdgeWriter
  readonly reader: EdgeReader
  /** Lets go of what the pair holds. */
  close(): void
}

/** Makes an edge in which about `capacityBytes` can wait, as far as its kind can be told so. */
export type MakeEdge = (capacityBytes: number) => Promise<EdgePair>

const isBatch = (item: Item): item is Batch => 'rowCount' in item

export const offer = (writer: EdgeWriter, item: Item): boolean =>
  isBatch(item) ? writer.offerBatch(item) : writer.offerControl(item)

export const expectSameItem = (actual: Item, expected: Item): void => {
  if (isBatch(expected)) expectSameBatch(actual as Batch, expected)
  else expect(actual).toEqual(expected)
}

/** Any control item but the end. */
export const controls: fc.Arbitrary<Control> = fc.oneof(
  fc.maxSafeNat().map((checkpointId) => ({ kind: 'barrier' as const, checkpointId })),
  fc.double({ noNaN: true }).map((timestampMs) => ({ kind: 'watermark' as const, timestampMs })),
)

export const texts = (rowCount: number, length: number, path = 'texts'): Batch =>
  batchOfRows(
    { path, catalog: 'test', columns: [column('text', { kind: 'string' })] },
    Array.from({ length: rowCount }, (_, row) => [String(row).padStart(length, '.')]),
  )

/** Sends the items and yields them as they are received; both ends sleep until they are woken. */
export const pass = async (
  { writer, reader }: EdgePair,
  items: readonly Item[],
): Promise<Item[]> => {
  const received: Item[] = []
  let sent = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const work = (): void => {
    while (sent < items.length && offer(writer, items[sent]!)) sent += 1
    for (let item = reader.poll(); item !== null; item = reader.poll()) received.push(item)
    if (received.length >= items.length) resolve()
  }
  writer.listen(work)
  reader.listen(work)
  work()
  await promise
  return received
}

/** What every kind of edge promises. */
export const edgeContract = (makeEdge: MakeEdge, numRuns: number): void => {
  test('carries any items in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(batches, controls), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5000 }),
        async (items, capacityBytes) => {
          const pair = await makeEdge(capacityBytes)
          const all: Item[] = [...items, { kind: 'end' }]
          const received = await pass(pair, all)
          expect(received).toHaveLength(all.length)
          for (const [index, item] of received.entries()) expectSameItem(item, all[index]!)
          expect(pair.reader.poll()).toBeNull()
          pair.close()
        },
      ),
      { numRuns },
    )
  })

  test('refuses what has no room, and takes it when there is', async () => {
    const pair = await makeEdge(1024)
    const { writer, reader } = pair
    const batch = texts(2000, 500)
    let taken = 0
    while (writer.offerBatch(batch)) taken += 1
    expect(taken).toBeLessThan(10)
    expect(writer.offerBatch(batch)).toBe(false)
    const { promise, resolve } = Promise.withResolvers<void>()
    let received = 0
    const work = (): void => {
      for (let item = reader.poll(); item !== null; item = reader.poll()) {
        expectSameBatch(item as Batch, batch)
        received += 1
      }
      if (taken < 12 && writer.offerBatch(batch)) taken += 1
      if (received === 12) resolve()
    }
    reader.listen(work)
    writer.listen(work)
    work()
    await promise
    pair.close()
  })

  test('what was read stays when more comes', async () => {
    const pair = await makeEdge(512)
    const items = Array.from({ length: 50 }, (_, round) => texts(3, round % 20))
    const kept = await pass(pair, items)
    for (const [round, batch] of kept.entries()) expectSameBatch(batch as Batch, items[round]!)
    pair.close()
  })

  test('each table is one object for all its batches', async () => {
    const pair = await makeEdge(4096)
    const items = ['a', 'b', 'a', 'b'].map((path) => texts(1, 1, path))
    const tables = (await pass(pair, items)).map((item) => (item as Batch).table)
    expect(tables[0]).toBe(tables[2]!)
    expect(tables[1]).toBe(tables[3]!)
    expect(tables.map((table) => table.path)).toEqual(['a', 'b', 'a', 'b'])
    pair.close()
  })

  test('calls nobody after it was closed', async () => {
    const pair = await makeEdge(4096)
    let calls = 0
    pair.reader.listen(() => (calls += 1))
    pair.writer.listen(() => (calls += 1))
    await pass(pair, [texts(1, 1)])
    pair.close()
    const before = calls
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(calls).toBe(before)
  })
}
