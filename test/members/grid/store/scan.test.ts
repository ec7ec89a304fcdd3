import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { RecordArena, RecordStore } from '../../../../members/grid/store/index.ts'
import { contents, dataOf, find, put, textOf } from './texts.ts'

/** Adds records that are not there all the time, or deletes all of them. */
const change = fc.oneof(fc.integer({ min: 1, max: 800 }), fc.constant('delete' as const))

test('a scan visits what is there all the time, while the table grows and shrinks', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.array(change, { maxLength: 12, size: 'max' }),
      fc.nat(40),
      (kept, changes, budget) => {
        const store = new RecordStore(new RecordArena())
        for (let index = 0; index < kept; index += 1) put(store, `kept ${index}`, 'v')
        const visited = new Set<string>()
        const visit = (handle: number): void => {
          visited.add(textOf(store.key(handle)))
        }
        let cursor: number | undefined = 0
        for (const step of changes) {
          if (cursor === undefined) break
          if (step === 'delete') {
            for (const key of contents(store).keys()) {
              if (key.startsWith('other')) store.delete(find(store, key))
            }
          } else {
            for (let index = 0; index < step; index += 1) put(store, `other ${index}`, 'v')
          }
          cursor = store.scan(cursor, visit, budget)
        }
        while (cursor !== undefined) cursor = store.scan(cursor, visit, budget)
        for (let index = 0; index < kept; index += 1) expect(visited).toContain(`kept ${index}`)
        store.close()
      },
    ),
    { numRuns: 100 },
  )
})

test('a visit may delete, move and expire the record that it gets', () => {
  const store = new RecordStore(new RecordArena())
  for (let index = 0; index < 3000; index += 1) put(store, `key ${index}`, 'v')
  const visited = new Set<string>()
  let cursor: number | undefined = 0
  while (cursor !== undefined) {
    cursor = store.scan(
      cursor,
      (handle) => {
        const key = textOf(store.key(handle))
        visited.add(key)
        if (key.endsWith('11')) store.replace(handle, dataOf('long'.repeat(500)))
        else if (key.endsWith('22')) store.setExpiry(handle, 5, 5, 5)
        else store.delete(handle)
      },
      10_000,
    )
  }
  expect(visited.size).toBe(3000)
  expect(store.count).toBe(60)
  expect(contents(store).size).toBe(60)
  expect(store.bytes).toBeLessThan(200_000)
})

test('a visit that fails leaves the store as it is', () => {
  const store = new RecordStore(new RecordArena())
  for (let index = 0; index < 100; index += 1) put(store, `key ${index}`, 'v')
  const failing = (): never => {
    throw new Error('visit')
  }
  expect(() => store.scan(0, failing, 10)).toThrow('visit')
  const { bytes } = store
  for (let index = 0; index < 100; index += 1) store.delete(find(store, `key ${index}`))
  expect(store.bytes).toBeLessThan(bytes / 20)
})
