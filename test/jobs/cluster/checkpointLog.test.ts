import { expect, test } from 'bun:test'
import {
  emptyCheckpoints,
  withAbandoned,
  withNews,
  withRestored,
} from '../../../jobs/cluster/checkpointLog.ts'
import type { CheckpointNews } from '../../../jobs/coordinator/index.ts'

const follow = (news: readonly CheckpointNews[], asked?: number) =>
  news.reduce(
    (log, each, index) => withNews(log, each, 1000 + index * 10, (id) => id === asked),
    emptyCheckpoints(1),
  )

const triggered = (checkpointId: number): CheckpointNews => ({
  kind: 'triggered',
  checkpointId,
  type: 'checkpoint',
})

test('a completed checkpoint tells its size and how long it took', () => {
  const log = follow([
    triggered(1),
    { kind: 'stored', checkpointId: 1, sizeBytes: 77 },
    { kind: 'completed', checkpointId: 1 },
  ])
  expect(log.counts).toEqual({ triggered: 1, completed: 1, failed: 0, inProgress: 0, restored: 0 })
  expect(log.latestCompleted).toMatchObject({
    checkpointType: 'CHECKPOINT',
    status: 'COMPLETED',
    durationMs: 20,
    stateSize: 77,
  })
  expect(log.latestSavepoint).toBeNull()
})

test('failures are counted by their reasons', () => {
  const error = new Error('late')
  const failed = (checkpointId: number, reason: 'expired' | 'not committed'): CheckpointNews => ({
    kind: 'failed',
    checkpointId,
    reason,
    error,
  })
  const log = follow([
    triggered(1),
    failed(1, 'expired'),
    triggered(2),
    failed(2, 'expired'),
    triggered(3),
    failed(3, 'not committed'),
    triggered(4),
  ])
  expect(log.failureCounts).toEqual({ CHECKPOINT_EXPIRED: 2, AGGREGATE_COMMIT_ERROR: 1 })
  expect(log.counts).toMatchObject({ triggered: 4, failed: 3, inProgress: 1 })
  const after = withAbandoned(log, 2000, 'CHECKPOINT_COORDINATOR_RESET', 'A worker is gone.')
  expect(after.inProgress).toEqual([])
  expect(after.latestFailed).toMatchObject({
    checkpointId: 4,
    failureReason: 'CHECKPOINT_COORDINATOR_RESET',
    failureMessage: 'A worker is gone.',
  })
  expect(withRestored(after).counts.restored).toBe(1)
})

test('one that a user asked for is a savepoint, and the history is bounded', () => {
  const ids = Array.from({ length: 40 }, (_, index) => index + 1)
  const log = follow(
    ids.flatMap((id) => [triggered(id), { kind: 'completed', checkpointId: id } as const]),
    38,
  )
  expect(log.history).toHaveLength(32)
  expect(log.history[0]!.checkpointId).toBe(40)
  expect(log.latestSavepoint!.checkpointId).toBe(38)
})
