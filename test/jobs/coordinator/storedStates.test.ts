import { expect, test } from 'bun:test'
import type { CheckpointRecord } from '../../../jobs/coordinator/checkpointRecord.ts'
import { openCheckpointStorage } from '../../../jobs/coordinator/index.ts'
import {
  crcOf,
  createStateShelf,
  STATE_MAP,
  stateNameOf,
  type StoredState,
} from '../../../jobs/states/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { createMemoryMaps } from './memoryMaps.ts'

const VERTEX = 1

const start = () => {
  const maps = createMemoryMaps()
  const settings = { type: 'grid', maxRetained: 2, properties: {} }
  const storage = openCheckpointStorage(createRealHost(), maps, settings)
  const shelf = createStateShelf(maps.bytes(STATE_MAP))
  const inside = maps.inside.get(STATE_MAP)!
  /** As a worker does, whether or not a checkpoint is ever made of it. */
  const put = async (epoch: number, checkpointId: number, pipelineId = 1): Promise<StoredState> => {
    const name = stateNameOf({
      jobId: '42',
      pipelineId,
      epoch,
      checkpointId,
      task: 'group 0',
      vertexId: VERTEX,
    })
    const chunks = chunksOf(checkpointId)
    for (const [index, chunk] of chunks.entries()) await shelf.put(name, index, chunk)
    const lengths = chunks.map(({ length }) => length)
    return { kind: 'stored', name, lengths, crc: crcOf(chunks) }
  }
  return { storage, inside, put }
}

const chunksOf = (checkpointId: number): Uint8Array[] =>
  [3000, 200, 1].map((length) => new Uint8Array(length).fill(checkpointId))

const record = (
  checkpointId: number,
  state: unknown,
  takenAtMs = 1000 + checkpointId,
): CheckpointRecord => ({
  jobId: '42',
  pipelineId: 1,
  checkpointId,
  takenAtMs,
  ended: false,
  enumerators: {},
  vertices: { [VERTEX]: [state, null] },
})

const over = (beforeEpoch: number) => ({ jobId: '42', pipelineId: 1, beforeEpoch })

test('states that a worker has stored come back in the checkpoint that names them', async () => {
  const { storage, put } = start()
  expect(storage.keepsStates).toBe(true)
  expect(await storage.save(record(7, await put(1, 7)))).toBeGreaterThan(3201)
  const loaded = await storage.latest('42', 1)
  expect(loaded!.vertices[VERTEX]).toEqual([chunksOf(7), null])
})

test('a state goes with the last checkpoint that names it', async () => {
  const { storage, inside, put } = start()
  for (const id of [1, 2, 3]) await storage.save(record(id, await put(1, id)))
  expect([...inside.keys()].every((key) => !key.startsWith('42/1/1/1/'))).toBe(true)
  expect(inside.size).toBe(6)
  // Two masters may store one checkpoint: the tasks tell both the same.
  const third = await put(1, 3)
  await storage.save(record(3, third, 9000))
  expect(inside.size).toBe(3)
  await storage.save(record(4, await put(1, 4)))
  expect((await storage.load('42', record(3, third, 9000))).vertices[VERTEX]![0]).toEqual(
    chunksOf(3),
  )
  await storage.forget('42')
  expect(inside.size).toBe(0)
})

test('what failed checkpoints have left is swept, and nothing else', async () => {
  const { storage, inside, put } = start()
  await storage.save(record(1, await put(1, 1)))
  const failed = await put(1, 2)
  await put(2, 2)
  await put(1, 2, 2)
  const sweep = async (beforeEpoch: number): Promise<number> => {
    await storage.sweep(over(beforeEpoch))
    return inside.size
  }
  expect(await sweep(1)).toBe(12)
  expect(await sweep(2)).toBe(9)
  expect([...inside.keys()].some((key) => key.startsWith(failed.name))).toBe(false)
  expect(await sweep(Infinity)).toBe(6)
  expect((await storage.latest('42', 1))!.vertices[VERTEX]![0]).toEqual(chunksOf(1))
})

test('a state of which a chunk is lost or changed is refused with a sentence', async () => {
  const { storage, inside, put } = start()
  const state = await put(1, 1)
  await storage.save(record(1, state))
  const refusal = (): Promise<unknown> => storage.latest('42', 1).catch((thrown: Error) => thrown)
  inside.set(`${state.name}#1`, new Uint8Array(200).fill(9))
  expect(await refusal()).toMatchObject({ code: 'CKP-001' })
  inside.delete(`${state.name}#1`)
  expect(await refusal()).toMatchObject({ code: 'CKP-005' })
  // What is needed to commit it is there.
  expect((await storage.read('42', record(1, state))).vertices[VERTEX]).toEqual([state, null])
  // It can be forgotten all the same.
  inside.set(`${state.name}#1`, new Uint8Array(200))
  await storage.forget('42')
  expect(inside.size).toBe(0)
})

test('folders keep states in the checkpoint itself', async () => {
  const settings = { type: 'localfile', maxRetained: 2, properties: {} }
  const storage = openCheckpointStorage(createRealHost(), createMemoryMaps(), settings)
  expect(storage.keepsStates).toBe(false)
  await storage.sweep(over(Infinity))
})
