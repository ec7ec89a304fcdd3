import { expect, test } from 'bun:test'
import { ByteSink, ByteSource } from '../../../../members/grid/bytes/index.ts'
import { keyHashOf } from '../../../../members/grid/data/index.ts'
import { RecordArena, RecordStore, TIME_MS_MAX } from '../../../../members/grid/store/index.ts'
import { pieceOf } from '../../../../members/wire/index.ts'
import { createSeededRandom } from '../../../sim/host/index.ts'
import { dataOf, find, put, textOf } from './texts.ts'

test('a partition hash in the key does not count', () => {
  const store = new RecordStore(new RecordArena())
  const plain = dataOf('key')
  const located = plain.slice()
  located[2] = 7
  const handle = store.put(keyHashOf(plain), plain, dataOf('v'))
  expect(store.find(keyHashOf(located), located)).toBe(handle)
  const longer = dataOf('key and more')
  expect(store.find(keyHashOf(plain), longer)).toBe(-1)
  expect(store.find(keyHashOf(plain), dataOf('kez'))).toBe(-1)
  expect(store.find(keyHashOf(plain), dataOf('ke'))).toBe(-1)
})

test('fields keep what they are given, within their bounds', () => {
  const store = new RecordStore(new RecordArena())
  let handle = put(store, 'key', 'value')
  const nowMs = 1_795_000_000_123
  const fields = () => [
    store.version(handle),
    store.hits(handle),
    store.createdAtMs(handle),
    store.updatedAtMs(handle),
    store.accessedAtMs(handle),
    store.expiresAtMs(handle),
    store.ttlMs(handle),
    store.maxIdleMs(handle),
  ]
  expect(fields()).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  expect(store.setExpiry(handle, 0, 0, 0)).toBe(handle)
  store.setVersion(handle, 2 ** 32 - 1)
  store.setHits(handle, 2 ** 40)
  store.setCreatedAtMs(handle, nowMs)
  store.setUpdatedAtMs(handle, nowMs + 1)
  store.setAccessedAtMs(handle, nowMs + 2)
  handle = store.setExpiry(handle, nowMs + 3, Infinity, -1)
  const large = 2 ** 32 - 1
  expect(fields()).toEqual([large, large, nowMs, nowMs + 1, nowMs + 2, nowMs + 3, TIME_MS_MAX, 0])
  handle = store.replace(handle, dataOf('v'.repeat(50_000)))
  handle = put(store, 'key', 'v')
  expect(fields()).toEqual([large, large, nowMs, nowMs + 1, nowMs + 2, nowMs + 3, TIME_MS_MAX, 0])
  expect(textOf(store.key(handle))).toBe('key')
  expect(textOf(store.value(handle))).toBe('v')
  store.delete(handle)
  handle = put(store, 'other', 'value')
  expect(fields()).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
})

test('keys and values are written as they are', () => {
  const store = new RecordStore(new RecordArena())
  const sink = new ByteSink(1)
  for (const size of [0, 100, 5000]) {
    const handle = put(store, 'key', 'v'.repeat(size))
    sink.reset()
    store.writeKey(handle, sink)
    store.writeValue(handle, sink)
    const source = new ByteSource(sink.view())
    expect(source.bytes()).toEqual(dataOf('key'))
    expect(source.bytes()).toEqual(dataOf('v'.repeat(size)))
    expect(source.isAtEnd).toBe(true)
  }
})

test('samples come from everywhere', () => {
  const store = new RecordStore(new RecordArena())
  const random = createSeededRandom('sample')
  expect(store.sample(random)).toBe(-1)
  for (let index = 0; index < 100; index += 1) put(store, `key ${index}`, 'v')
  const seen = new Map<number, number>()
  for (let round = 0; round < 20_000; round += 1) {
    const handle = store.sample(random)
    seen.set(handle, (seen.get(handle) ?? 0) + 1)
  }
  expect(seen.size).toBe(100)
  expect(Math.max(...seen.values())).toBeLessThan(20_000 / 10)
})

test('the digest is of the state, not of the way there', () => {
  const [left, right] = [new RecordStore(new RecordArena()), new RecordStore(new RecordArena())]
  for (let index = 0; index < 500; index += 1) put(left, `key ${index}`, `value ${index}`)
  for (let index = 999; index >= 0; index -= 1) put(right, `key ${index}`, `value ${index}`)
  for (let index = 500; index < 1000; index += 1) right.delete(find(right, `key ${index}`))
  right.setHits(find(right, 'key 1'), 5)
  const before = left.digest()
  expect(right.digest()).toBe(before)
  right.setExpiry(find(right, 'key 1'), 100, 50, 0)
  expect(right.digest()).not.toBe(before)
  right.setExpiry(find(right, 'key 1'), 0, 0, 0)
  expect(right.digest()).toBe(before)
  put(right, 'key 1', 'value 2')
  expect(right.digest()).not.toBe(before)
  put(right, 'key 1', 'value 1')
  put(right, 'key 2', 'value 3')
  put(right, 'key 3', 'value 2')
  expect(right.digest()).not.toBe(before)
  left.clear()
  expect(left.digest()).toBe(new RecordStore(new RecordArena()).digest())
})

test('every byte of a value counts in the digest, however long it is', () => {
  for (const length of [1, 240, 255, 256, 257, 5000, 300_000]) {
    const stores = [0, 1].map(() => new RecordStore(new RecordArena()))
    const text = 'x'.repeat(length)
    for (const store of stores) put(store, 'key', text)
    const [left, right] = stores.map((store) => store.digest())
    expect(right).toBe(left!)
    for (const at of [0, length >> 1, length - 1]) {
      put(stores[1]!, 'key', `${text.slice(0, at)}y${text.slice(at + 1)}`)
      expect(stores[1]!.digest()).not.toBe(left!)
    }
  }
})

const written = (store: RecordStore, handle: number): Uint8Array => {
  const sink = new ByteSink()
  store.writeRecord(handle, sink)
  return sink.copy()
}

test('a record goes to another store as it is, in place of one of the same key', () => {
  const [from, to] = [new RecordStore(new RecordArena()), new RecordStore(new RecordArena())]
  const values = ['', 'short', 'long'.repeat(100), 'long'.repeat(20_000)]
  for (const before of [undefined, ...values]) {
    for (const value of values) {
      for (const expiresAtMs of [0, 1_795_000_000_123]) {
        from.clear()
        to.clear()
        put(to, 'other', 'kept')
        if (before !== undefined) to.setExpiry(put(to, 'key', before), 5, 6, 7)
        let handle = put(from, 'key', value)
        from.setVersion(handle, 7)
        from.setUpdatedAtMs(handle, 1_795_000_000_000)
        handle = from.setExpiry(handle, expiresAtMs, 0, 0)
        const taken = to.takeIn(new ByteSource(written(from, handle)).piece())
        expect(find(to, 'key')).toBe(taken)
        expect(textOf(to.value(taken))).toBe(value)
        expect(to.expiresAtMs(taken)).toBe(expiresAtMs)
        expect([to.version(taken), to.updatedAtMs(taken)]).toEqual([7, 1_795_000_000_000])
        expect(textOf(to.value(find(to, 'other')))).toBe('kept')
        expect(to.count).toBe(2)
        expect(written(to, taken)).toEqual(written(from, handle))
      }
    }
  }
})

test('what is no record is not taken in', () => {
  const store = new RecordStore(new RecordArena())
  const record = written(store, put(store, 'key', 'value')).subarray(4)
  const copy = new RecordStore(new RecordArena())
  for (const end of [0, 10, record.length - 1]) {
    expect(() => copy.takeIn(pieceOf(record.subarray(0, end)))).toThrow('A record is')
  }
  const negative = record.slice()
  negative[11] = 0xff
  expect(() => copy.takeIn(pieceOf(negative))).toThrow('A record is')
  expect(copy.count).toBe(0)
})
