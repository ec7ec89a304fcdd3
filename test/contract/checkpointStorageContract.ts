import { expect, test } from 'bun:test'
import type { CheckpointStorage } from '../../jobs/coordinator/index.ts'
import type { CheckpointRecord } from '../../jobs/coordinator/checkpointRecord.ts'

export interface StorageUnderTest {
  /** A storage that keeps the newest two; the same place each time. */
  readonly open: () => CheckpointStorage
  /** How many things are stored there, of whatever kind. */
  readonly count: () => Promise<number>
  /** Spoils or removes a part of all that is there. */
  readonly damage: () => Promise<void>
}

/** A large one and small ones, as operators save them. */
const chunksOf = (size: number): Uint8Array[] =>
  [size, 3, 0, 5].map((length) => Uint8Array.from({ length }, (_, index) => index * 7))

const record = (
  pipelineId: number,
  checkpointId: number,
  size = 10,
  takenAtMs = 1_000 + checkpointId,
): CheckpointRecord => ({
  jobId: '42',
  pipelineId,
  checkpointId,
  takenAtMs,
  ended: false,
  enumerators: { 0: { pending: ['a', 'b'] } },
  vertices: {
    1: [chunksOf(size), null, []],
    2: [{ writer: ['w'], infos: [{ transaction: `t${checkpointId}` }] }],
  },
})

/** What every storage of checkpoints must do. */
export const checkpointStorageContract = (
  name: string,
  start: () => Promise<StorageUnderTest>,
): void => {
  test(`${name}: what is saved comes back whole, through another opening too`, async () => {
    const { open } = await start()
    expect(await open().latest('42', 1)).toBeUndefined()
    expect(await open().list('42')).toEqual([])
    const large = record(1, 9, 700_000)
    expect(await open().save(large)).toBeGreaterThan(700_000)
    expect(await open().latest('42', 1)).toEqual(large)
    expect(await open().latest('42', 2)).toBeUndefined()
    expect(await open().latest('43', 1)).toBeUndefined()
  })

  test(`${name}: the newest are kept for each pipeline, and nothing else stays`, async () => {
    const { open, count } = await start()
    const storage = open()
    for (const id of [9, 10, 11]) await storage.save(record(1, id))
    await storage.save(record(2, 5))
    const kept = (await storage.list('42')).map((each) => [each.pipelineId, each.checkpointId])
    expect(kept).toEqual([
      [1, 11],
      [1, 10],
      [2, 5],
    ])
    expect(await storage.latest('42', 1)).toEqual(record(1, 11))
    const [, older] = await storage.list('42')
    expect(await storage.load('42', older!)).toEqual(record(1, 10))
    await storage.forget('42')
    expect(await storage.latest('42', 1)).toBeUndefined()
    expect(await count()).toBe(0)
  })

  test(`${name}: of two with one number the later one is the latest`, async () => {
    const storage = (await start()).open()
    await storage.save(record(1, 3, 10, 2_000))
    await storage.save(record(1, 3, 10, 3_000))
    expect((await storage.latest('42', 1))!.takenAtMs).toBe(3_000)
  })

  test(`${name}: two pipelines save at once`, async () => {
    const storage = (await start()).open()
    const ids = [1, 2, 3, 4, 5, 6]
    await Promise.all(ids.map((pipelineId) => storage.save(record(pipelineId, 1, 1000))))
    const names = await storage.list('42')
    expect(names.map(({ pipelineId }) => pipelineId).sort()).toEqual(ids)
  })

  test(`${name}: what is lost or damaged is refused with a sentence`, async () => {
    const { open, damage } = await start()
    await open().save(record(1, 1, 600_000))
    const [saved] = await open().list('42')
    await damage()
    expect(open().load('42', saved!)).rejects.toMatchObject({
      name: 'EngineError',
      code: expect.stringMatching(/^(CKP-001|CKP-005)$/),
    })
  })
}
