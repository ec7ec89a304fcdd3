import { expect, test } from 'bun:test'
import {
  hashOf,
  keyHashOf,
  murmurOf,
  partitionOf,
  partitionOfName,
} from '../../../../members/grid/data/index.ts'
import { WireFault } from '../../../../members/wire/index.ts'

const PARTITION_COUNT = 271

/** The Data of a payload with a hash and type -11. */
const dataOf = (payload: Uint8Array, hash = 0): Uint8Array => {
  const data = new Uint8Array(8 + payload.length)
  new DataView(data.buffer).setInt32(0, hash)
  new DataView(data.buffer).setInt32(4, -11)
  data.set(payload, 8)
  return data
}

test.each([
  ['', -1_585_187_909],
  ['a', -1_686_100_800],
  ['ab', 312_914_265],
  ['abc', -2_068_121_803],
  ['abcd', -973_615_161],
  ['key-2', 1_503_416_236],
])('%p hashes as in Hazelcast', (text, hash) => {
  const bytes = new TextEncoder().encode(text)
  expect(murmurOf(bytes, 0, bytes.length)).toBe(hash)
  const padded = new Uint8Array([9, ...bytes, 9])
  expect(murmurOf(padded, 1, bytes.length + 1)).toBe(hash)
  expect(hashOf(dataOf(bytes))).toBe(hash)
})

test('the key "k" lies in partition 41', () => {
  expect(partitionOf(dataOf(new Uint8Array([0, 0, 0, 1, 0x6b])), PARTITION_COUNT)).toBe(41)
  expect(partitionOfName('k', PARTITION_COUNT)).toBe(41)
})

test('a partition hash in the Data decides, but is not the hash of its key', () => {
  const payload = new Uint8Array([1, 2, 3])
  expect(hashOf(dataOf(payload, 272))).toBe(272)
  expect(partitionOf(dataOf(payload, -272), PARTITION_COUNT)).toBe(1)
  expect(keyHashOf(dataOf(payload, 272))).toBe(hashOf(dataOf(payload)))
})

test('the smallest hash has a partition', () => {
  expect(partitionOf(dataOf(new Uint8Array(1), -0x80000000), PARTITION_COUNT)).toBe(0)
})

test('only what follows the first @ of a name counts', () => {
  expect(partitionOfName('queue@k', PARTITION_COUNT)).toBe(41)
  expect(partitionOfName('a@b@k', 271)).toBe(partitionOfName('x@b@k', 271))
  expect(partitionOfName('a@b@k', 271)).not.toBe(41)
})

test('a Data without its header is refused', () => {
  expect(() => hashOf(new Uint8Array(7))).toThrow(WireFault)
})
