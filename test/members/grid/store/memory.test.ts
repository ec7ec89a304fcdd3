import { expect, test } from 'bun:test'
import { RecordArena, RecordStore } from '../../../../members/grid/store/index.ts'
import { find, put } from './texts.ts'

test('memory that is not used goes back', () => {
  const arena = new RecordArena()
  const store = new RecordStore(arena)
  for (let index = 0; index < 20_000; index += 1) put(store, `key ${index}`, 'v'.repeat(100))
  put(store, 'large', 'v'.repeat(1_000_000))
  expect(arena.bytes).toBeGreaterThan(20_000 * 100 + 1_000_000)
  const full = arena.bytes
  store.delete(find(store, 'large'))
  expect(arena.bytes).toBeLessThan(full - 999_999)
  for (let index = 0; index < 20_000; index += 1) {
    if (index !== 7000) store.delete(find(store, `key ${index}`))
  }
  expect(store.count).toBe(1)
  expect(arena.bytes).toBeLessThan(1_000_000)
  expect(store.bytes).toBeLessThan(500)
})

test('records that come and go take no more memory than at once', () => {
  const arena = new RecordArena()
  const store = new RecordStore(arena)
  for (let round = 0; round < 20; round += 1) {
    for (let index = 0; index < 2000; index += 1) put(store, `${round} ${index}`, 'v'.repeat(index))
    for (let index = 0; index < 2000; index += 1) store.delete(find(store, `${round} ${index}`))
  }
  expect(store.bytes).toBeLessThan(100)
  expect(arena.bytes).toBeLessThan(30_000_000)
})
