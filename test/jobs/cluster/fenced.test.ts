import { expect, test } from 'bun:test'
import { openJobBook, type RecordMap } from '../../../jobs/cluster/book/jobBook.ts'
import type { CheckpointIdRecord } from '../../../jobs/cluster/book/records.ts'
import { FencedRecord } from '../../../jobs/cluster/run/fenced.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { createMemoryMaps } from '../coordinator/memoryMaps.ts'

const record = (masterEpoch: number, checkpointId: number): CheckpointIdRecord => ({
  masterEpoch,
  checkpointId,
  takenAtMs: 0,
  epoch: 1,
})

const open = (map: RecordMap<CheckpointIdRecord>, isCurrent = (): boolean => true) =>
  new FencedRecord({ host: createRealHost(), map, key: 'j/1', isCurrent })

const failureOf = (work: Promise<void>): Promise<unknown> => work.catch((thrown: unknown) => thrown)

const mapOf = (): RecordMap<CheckpointIdRecord> => openJobBook(createMemoryMaps()).checkpointIds

test('a master before can write no more once another has claimed the record', async () => {
  const map = mapOf()
  const first = open(map)
  await first.claim(() => record(1, 0))
  await first.write(record(1, 5))
  const second = open(map)
  await second.claim((found) => ({ ...found!, masterEpoch: 2 }))
  expect(second.current).toEqual(record(2, 5))
  expect(await failureOf(first.write(record(1, 6)))).toMatchObject({ code: 'JOB-011' })
  await second.write(record(2, 6))
  expect(await map.get('j/1')).toEqual(record(2, 6))
  expect(await failureOf(first.claim(() => record(1, 9)))).toMatchObject({ code: 'JOB-011' })
})

test('what the master before writes during a claim counts', async () => {
  const map = mapOf()
  const first = open(map)
  await first.claim(() => record(1, 0))
  const racing: RecordMap<CheckpointIdRecord> = {
    ...map,
    get: async (key) => {
      const found = await map.get(key)
      if (found?.checkpointId === 0) await first.write(record(1, 1))
      return found
    },
  }
  const second = open(racing)
  await second.claim((found) => ({ ...found!, masterEpoch: 2 }))
  expect(await map.get('j/1')).toEqual(record(2, 1))
})

test('a write of which no answer came is not taken for that of another master', async () => {
  const map = mapOf()
  let fails = 2
  const shaky: RecordMap<CheckpointIdRecord> = {
    ...map,
    replace: async (key, expected, value) => {
      const isDone = await map.replace(key, expected, value)
      if (fails-- > 0) throw new EngineError('NET-005', 'It may have run.')
      return isDone
    },
  }
  const fenced = open(shaky)
  await fenced.write(record(1, 1))
  await fenced.write(record(1, 2))
  expect(await map.get('j/1')).toEqual(record(1, 2))
})

test('a record that the grid has lost is put back; nothing is written after the term', async () => {
  const map = mapOf()
  let isCurrent = true
  const fenced = open(map, () => isCurrent)
  await fenced.write(record(1, 1))
  await map.remove('j/1')
  await fenced.write(record(1, 2))
  expect(await map.get('j/1')).toEqual(record(1, 2))
  isCurrent = false
  expect(await failureOf(fenced.write(record(1, 3)))).toMatchObject({ code: 'JOB-011' })
  expect(await map.get('j/1')).toEqual(record(1, 2))
})
