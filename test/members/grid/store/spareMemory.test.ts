import { expect, test } from 'bun:test'
import { SpareMemory } from '../../../../members/grid/store/spareMemory.ts'

const MEGABYTE = 1024 * 1024

test('no more than four megabytes are kept, and what came first goes first', () => {
  const spares = new SpareMemory()
  const pieces = Array.from({ length: 6 }, () => new ArrayBuffer(MEGABYTE))
  for (const piece of pieces) spares.keep(piece)
  spares.keep(new ArrayBuffer(4 * MEGABYTE + 1))
  const taken = Array.from({ length: 5 }, () => spares.take(MEGABYTE, MEGABYTE))
  expect(taken.map((each) => pieces.indexOf(each!))).toEqual([2, 3, 4, 5, -1])
})

test('what is taken makes room for more', () => {
  const spares = new SpareMemory()
  const first = new ArrayBuffer(4 * MEGABYTE)
  spares.keep(first)
  expect(spares.take(1, 4 * MEGABYTE - 1)).toBeUndefined()
  expect(spares.take(1, 4 * MEGABYTE)).toBe(first)
  const second = new ArrayBuffer(MEGABYTE)
  spares.keep(second)
  spares.keep(first)
  expect(spares.take(MEGABYTE, MEGABYTE)).toBeUndefined()
  expect(spares.take(4 * MEGABYTE, 4 * MEGABYTE)).toBe(first)
})
