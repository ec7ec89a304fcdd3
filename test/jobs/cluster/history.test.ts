import { expect, test } from 'bun:test'
import { openJobBook } from '../../../jobs/cluster/book/jobBook.ts'
import type { FinishedRecord } from '../../../jobs/cluster/book/records.ts'
import { History } from '../../../jobs/cluster/history.ts'
import { openCheckpointStorage } from '../../../jobs/coordinator/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { createMemoryMaps } from '../coordinator/memoryMaps.ts'

const HOUR_MS = 3_600_000

const ended = (jobId: string, endedAtMs: number): FinishedRecord => ({
  jobId,
  jobName: 'short',
  status: 'FINISHED',
  errorMsg: null,
  envOptions: {},
  createdAtMs: 0,
  startedAtMs: 0,
  endedAtMs,
  isStartWithSavePoint: false,
  lastEpoch: 1,
  pipelines: [],
})

const openHistory = () => {
  const maps = createMemoryMaps()
  const book = openJobBook(maps)
  const storage = openCheckpointStorage(createRealHost(), maps, {
    type: 'grid',
    maxRetained: 1,
    properties: {},
  })
  const forgotten: string[] = []
  const history = new History({
    book,
    storage,
    expiryMs: HOUR_MS,
    onForgotten: (jobId) => forgotten.push(jobId),
  })
  return { book, history, forgotten }
}

test('jobs are forgotten when they have expired', async () => {
  const { book, history, forgotten } = openHistory()
  for (const [jobId, endedAtMs] of [
    ['1', 0],
    ['2', 1_000],
  ] as const) {
    await book.finished.set(jobId, ended(jobId, endedAtMs))
    history.add(ended(jobId, endedAtMs))
  }
  await history.expire(HOUR_MS, () => false)
  expect(forgotten).toEqual(['1'])
  expect((await book.finished.entries()).map(([jobId]) => jobId)).toEqual(['2'])
  expect(history.all().map(({ jobId }) => jobId)).toEqual(['2'])
})

test('no more than ten thousand are remembered; the oldest go first, also after a takeover', async () => {
  const { book, history, forgotten } = openHistory()
  const total = 10_003
  for (let number = total; number > 0; number -= 1) {
    await book.finished.set(String(number), ended(String(number), number))
  }
  await history.load()
  await history.expire(total, () => false)
  expect(forgotten).toEqual(['1', '2', '3'])
  expect((await book.finished.entries()).length).toBe(10_000)
  history.add(ended('last', total + 1))
  await history.expire(total + 1, () => false)
  expect(forgotten.at(-1)).toBe('4')
})
