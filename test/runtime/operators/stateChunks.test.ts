import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { packEntries, unpackEntries } from '../../../runtime/operators/index.ts'

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
  const sizes = [1000, 300_000, 262_136, 1, 262_135, 500_000, 3]
  const given = sizes.map((size, index) => ({
    keyHash: index,
    bytes: new Uint8Array(size).fill(index),
  }))
  const chunks = packEntries(given)
  expect([...unpackEntries(chunks)]).toEqual(given)
  expect(chunks.map((chunk) => chunk.length)).toEqual([
    1008, 300_008, 262_144, 9, 262_143, 500_008, 11,
  ])
  expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length)
})

test('nothing makes no chunk', () => {
  expect(packEntries([])).toEqual([])
})
