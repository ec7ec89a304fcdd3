import { expect, test } from 'bun:test'
import { StateCollector } from '../../../jobs/workers/stateCollector.ts'
import { crcOf, type StateShelf } from '../../../jobs/states/index.ts'

/** A shelf on which a chunk lies when the test says so. */
const createSlowShelf = () => {
  const puts: { readonly key: string; readonly done: PromiseWithResolvers<void> }[] = []
  const shelf: Pick<StateShelf, 'put'> = {
    put: (name, index) => {
      const done = Promise.withResolvers<void>()
      puts.push({ key: `${name}#${index}`, done })
      return done.promise
    },
  }
  return { puts, shelf: shelf as StateShelf }
}

const start = (shelf: StateShelf | null) => {
  const returned: (ArrayBuffer | null)[] = []
  const failures: Error[] = []
  const collector = new StateCollector({
    way:
      shelf === null
        ? null
        : { shelf, nameOf: (checkpointId, vertexId) => `${checkpointId}/${vertexId}` },
    onArrived: (memory) => returned.push(memory),
    onFailure: (error) => failures.push(error),
  })
  const add = (checkpointId: number, vertexId: number, ...bytes: number[]): Uint8Array => {
    const chunk = Uint8Array.from(bytes)
    collector.add({ kind: 'stateChunk', checkpointId, vertexId, chunk })
    return chunk
  }
  return { collector, add, returned, failures }
}

test('chunks go to the shelf as they come, and their memory comes back when they lie there', async () => {
  const { shelf, puts } = createSlowShelf()
  const { collector, add, returned } = start(shelf)
  const chunks = [add(5, 1, 1, 2, 3), add(5, 1, 4)]
  add(5, 2, 5)
  expect(puts.map(({ key }) => key)).toEqual(['5/1#0', '5/1#1', '5/2#0'])
  let isThere = false
  const arrived = collector.arrived()!.then(() => {
    isThere = true
  })
  puts[2]!.done.resolve()
  puts[1]!.done.resolve()
  await puts[1]!.done.promise
  expect(isThere).toBe(false)
  puts[0]!.done.resolve()
  await arrived
  expect(returned).toHaveLength(3)
  expect(returned.at(-1)).toBe(chunks[0]!.buffer as ArrayBuffer)
  expect(collector.statesOf(5)).toEqual({
    1: { kind: 'stored', name: '5/1', lengths: [3, 1], crc: crcOf(chunks) },
    2: { kind: 'stored', name: '5/2', lengths: [1], crc: crcOf([Uint8Array.of(5)]) },
  })
  expect(collector.arrived()).toBeUndefined()
})

test('without a shelf the chunks stand in the acknowledgement', () => {
  const { collector, add, returned } = start(null)
  const chunks = [add(5, 1, 1, 2), add(5, 1, 3)]
  expect(collector.arrived()).toBeUndefined()
  expect(collector.statesOf(5)).toEqual({ 1: chunks })
  expect(returned).toEqual([null, null])
})

test('what an earlier checkpoint has not finished is no part of the next', () => {
  const { collector, add } = start(null)
  add(5, 1, 1)
  const chunk = add(6, 2, 2)
  expect(collector.statesOf(5)).toEqual({})
  expect(collector.statesOf(6)).toEqual({ 2: [chunk] })
})

test('a chunk that cannot be stored is told, and its memory does not come back', async () => {
  const { shelf, puts } = createSlowShelf()
  const { collector, add, returned, failures } = start(shelf)
  add(5, 1, 1)
  const arrived = collector.arrived()
  const error = new Error('no room')
  puts[0]!.done.reject(error)
  await arrived
  expect(failures).toEqual([error])
  expect(returned).toEqual([])
})
