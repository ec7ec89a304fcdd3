import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { CHUNK_BYTES, packEntries, unpackEntries } from '../../../runtime/operators/index.ts'
import { noise } from './bodies.ts'

const entries = fc.array(
  fc.record({
    keyHash: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    bytes: fc.uint8Array({ maxLength: 50 }),
  }),
)

test('entries come back as they were, whatever their keys and sizes', () => {
  fc.assert(
    fc.property(entries, (given) => {
      expect([...unpackEntries(packEntries(given))]).toEqual(given)
    }),
  )
})

test('chunks are of a moderate size, and an entry that is larger has one of its own', () => {
  const sizes = [1000, 1_200_000, CHUNK_BYTES - 13, 1, CHUNK_BYTES - 14, 1_500_000, 3]
  const given = sizes.map((size, index) => ({
    keyHash: index,
    bytes: noise(size),
  }))
  const chunks = packEntries(given)
  expect([...unpackEntries(chunks)]).toEqual(given)
  expect(chunks.map((chunk) => chunk.length)).toEqual([
    1013,
    1_200_013,
    CHUNK_BYTES,
    14,
    CHUNK_BYTES - 1,
    1_500_013,
    16,
  ])
  expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length)
})

test('chunks that shrink are packed', () => {
  const given = Array.from({ length: 1000 }, (_, index) => ({
    keyHash: index,
    bytes: new TextEncoder().encode(`reading ${index}; `.repeat(60)),
  }))
  const chunks = packEntries(given)
  expect(chunks.length).toBeGreaterThan(1)
  expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(100_000)
  const entries = [...unpackEntries(chunks)]
  expect(entries.map(({ keyHash }) => keyHash)).toEqual(given.map(({ keyHash }) => keyHash))
  expect(entries.every(({ bytes }, index) => Buffer.from(given[index]!.bytes).equals(bytes))).toBe(
    true,
  )
})

test('nothing makes no chunk', () => {
  expect(packEntries([])).toEqual([])
})
