import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  begunSplitsOf,
  commitInfosOf,
  restoredFor,
  type CheckpointRecord,
} from '../../../jobs/coordinator/checkpointRecord.ts'
import { folderCheckpointStore } from '../../../jobs/coordinator/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
import { instanceOf } from '../../../runtime/exchange/index.ts'
import { packEntries, unpackEntries } from '../../../runtime/operators/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'

const host = createRealHost()
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-'))
})
afterAll(() => rm(folder, { recursive: true }))

const record = (checkpointId: number, vertices: CheckpointRecord['vertices'] = {}) => ({
  jobId: 'j1',
  pipelineId: 1,
  checkpointId,
  takenAtMs: 1_000 + checkpointId,
  ended: false,
  enumerators: { 0: { pending: ['a', 'b'] } },
  vertices,
})

test('the newest checkpoint comes back whole, and only the newest are kept', async () => {
  const store = folderCheckpointStore(host, folder, 2)
  expect(await store.latest('j1', 1)).toBeUndefined()
  const bytes = Uint8Array.of(0, 255)
  for (const id of [9, 10, 11]) await store.save(record(id, { 1: [[{ keyHash: -5, bytes }]] }))
  expect(await store.latest('j1', 1)).toEqual(record(11, { 1: [[{ keyHash: -5, bytes }]] }))
  expect(await store.latest('j1', 2)).toBeUndefined()
  expect((await readdir(join(folder, 'j1'))).sort()).toEqual(['1010-1-10.ckpt', '1011-1-11.ckpt'])
  await store.forget('j1')
  expect(await store.latest('j1', 1)).toBeUndefined()
})

test('a damaged checkpoint is refused, wherever the damage is', async () => {
  const store = folderCheckpointStore(host, folder, 2)
  await store.save(record(1))
  const path = join(folder, 'j1', '1001-1-1.ckpt')
  const whole = await Bun.file(path).bytes()
  for (const at of [0, 5, 9, whole.length - 1]) {
    const damaged = whole.slice()
    damaged[at]! ^= 1
    await Bun.write(path, damaged)
    expect(store.latest('j1', 1)).rejects.toThrow(/damaged|another format/)
  }
  await Bun.write(path, whole.slice(0, 10))
  expect(store.latest('j1', 1)).rejects.toThrow('damaged')
})

test('jobs are found again, the newest first', async () => {
  const store = folderCheckpointStore(host, folder, 2)
  const job = (jobId: string, startedAtMs: number) =>
    ({ jobId, name: 'n', source: 's', status: 'RUNNING', startedAtMs, endedAtMs: null }) as const
  await store.saveJob(job('old', 1))
  await store.saveJob(job('new', 2))
  expect((await store.jobs()).map((each) => each.jobId)).toEqual(['new', 'old'])
  expect(await store.job('old')).toEqual(job('old', 1))
  await store.removeJob('old')
  expect(await store.job('old')).toBeUndefined()
})

test('state finds its instance at another parallelism', () => {
  const vertex = (id: number, kind: string) => ({ id, kind, parallelism: 3 })
  const plan = {
    vertices: [vertex(0, 'source'), vertex(1, 'transform'), vertex(2, 'sink')],
  } as unknown as Plan
  const entry = (keyHash: number | null) => ({ keyHash, bytes: new Uint8Array() })
  const hashes = Array.from({ length: 50 }, (_, index) => index * 7919 - 90_000)
  const half = hashes.length / 2
  const saved = record(1, {
    0: [null, { id: 's1', position: 4 }],
    1: [
      packEntries([...hashes.slice(0, half).map(entry), entry(null)]),
      packEntries(hashes.slice(half).map(entry)),
    ],
    2: [
      { writer: ['w0'], infos: [{ transaction: 'a' }] },
      { writer: ['w1'], infos: [{ transaction: 'b' }] },
    ],
  })
  expect(begunSplitsOf(saved, 0)).toEqual([{ id: 's1', position: 4 }])
  expect(commitInfosOf(saved, 2)).toEqual([{ transaction: 'a' }, { transaction: 'b' }])
  const seen: number[] = []
  for (const instance of [0, 1, 2]) {
    const restored = restoredFor(saved, plan, [0, 1, 2], instance)
    const chunks = restored.find(({ vertexId }) => vertexId === 1)!.states as Uint8Array[]
    const entries = [...unpackEntries(chunks)]
    expect(entries.filter(({ keyHash }) => keyHash === null)).toHaveLength(1)
    for (const { keyHash } of entries) {
      if (keyHash === null) continue
      expect(instanceOf(keyHash, 3)).toBe(instance)
      seen.push(keyHash)
    }
  }
  expect(seen.sort((a, b) => a - b)).toEqual(hashes)
  expect(restoredFor(saved, plan, [2], 1)[0]!.states).toHaveLength(1)
  expect(restoredFor(saved, plan, [2], 2)[0]!.states).toEqual([])
})
