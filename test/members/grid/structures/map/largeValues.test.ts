import { expect, test } from 'bun:test'
import { ByteSource } from '../../../../../members/grid/bytes/index.ts'
import { toData } from '../../../../../members/grid/data/index.ts'
import type { GridInvoker, Invocation } from '../../../../../members/grid/operations/index.ts'
import { createGridMap } from '../../../../../members/grid/structures/map/index.ts'

const LARGE_BYTES = 200_000

/** Holds calls until the test answers them. */
const createHolding = () => {
  const held: { readonly call: Invocation; readonly answer: () => void }[] = []
  const invoker = {
    partitionCount: 7,
    callerId: 'me',
    invoke: (call: Invocation) =>
      new Promise<ByteSource>((resolve) => {
        held.push({ call, answer: () => resolve(new ByteSource(new Uint8Array(0))) })
      }),
  }
  return { held, map: createGridMap<string, Uint8Array>(invoker as unknown as GridInvoker, 'm') }
}

/** Key, context and the absent lifetime stand around the value. */
const valueIn = ({ arguments: bytes }: Invocation): Uint8Array => {
  const source = new ByteSource(bytes)
  source.bytes()
  source.f64()
  const value = source.bytes().slice()
  expect(source.flag()).toBe(false)
  expect(source.isAtEnd).toBe(true)
  return value
}

test('large values that are under way at once keep to themselves, and their memory is used again', async () => {
  const { held, map } = createHolding()
  const values = [1, 2, 3].map((fill) => new Uint8Array(LARGE_BYTES).fill(fill))
  const sets = values.map((value, index) => map.set(`${index}`, value))
  for (const [index, { call }] of held.entries()) {
    expect(valueIn(call)).toEqual(toData(values[index]))
  }
  held[1]!.answer()
  await sets[1]
  const { buffer } = held[1]!.call.arguments
  const next = new Uint8Array(LARGE_BYTES - 10).fill(4)
  const last = map.set('3', next)
  expect(held[3]!.call.arguments.buffer).toBe(buffer)
  expect(valueIn(held[3]!.call)).toEqual(toData(next))
  expect(valueIn(held[0]!.call)).toEqual(toData(values[0]))
  expect(valueIn(held[2]!.call)).toEqual(toData(values[2]))
  for (const { answer } of held) answer()
  await Promise.all([...sets, last])
})

test('bytes of any length are written as they would be by themselves', async () => {
  for (const length of [0, 1, 100, 65_535, 65_536, LARGE_BYTES]) {
    const { held, map } = createHolding()
    const value = Uint8Array.from({ length }, (_, index) => index)
    const set = map.set('k', value)
    expect(valueIn(held[0]!.call)).toEqual(toData(value))
    held[0]!.answer()
    await set
  }
})
