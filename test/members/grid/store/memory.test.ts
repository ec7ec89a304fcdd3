import { expect, test } from 'bun:test'
import { PAGE_BYTES } from '../../../../members/grid/store/arena.ts'
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

const LARGE_BYTES = 280_000

test('a large record takes the memory of one that is gone, unless it would waste much of it', () => {
  const arena = new RecordArena()
  const handle = arena.allocate(LARGE_BYTES)
  const { buffer } = arena.page(handle).bytes
  arena.free(handle)
  expect(arena.bytes).toBe(0)
  const short = arena.allocate(LARGE_BYTES / 1.2)
  expect(arena.page(short).bytes.buffer).not.toBe(buffer)
  const long = arena.allocate(LARGE_BYTES + 16)
  expect(arena.page(long).bytes.buffer).not.toBe(buffer)
  const similar = arena.allocate(LARGE_BYTES / 1.1)
  expect(arena.page(similar).bytes.buffer).toBe(buffer)
  expect(arena.capacity(similar)).toBeLessThan(LARGE_BYTES)
})

test('slots lie in pages of one length, whatever memory is at hand', () => {
  const arena = new RecordArena()
  arena.free(arena.allocate(LARGE_BYTES))
  expect(arena.page(arena.allocate(100)).bytes.length).toBe(PAGE_BYTES)
})
