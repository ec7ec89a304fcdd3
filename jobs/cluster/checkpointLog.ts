import type { CheckpointNews } from '../coordinator/index.ts'
import type {
  CheckpointEntry,
  CheckpointFailure,
  CheckpointKind,
  PipelineCheckpoints,
} from './answers.ts'

/** As many as SeaTunnel shows. */
const HISTORY_MAX = 32

export const emptyCheckpoints = (pipelineId: number): PipelineCheckpoints => ({
  pipelineId,
  counts: { triggered: 0, completed: 0, failed: 0, inProgress: 0, restored: 0 },
  failureCounts: {},
  latestCompleted: null,
  latestFailed: null,
  latestSavepoint: null,
  inProgress: [],
  history: [],
})

const KINDS: { readonly [Type in 'checkpoint' | 'savepoint' | 'completed-point']: CheckpointKind } =
  { checkpoint: 'CHECKPOINT', savepoint: 'SAVEPOINT', 'completed-point': 'COMPLETED_POINT' }

const REASONS: {
  readonly [Reason in Extract<CheckpointNews, { kind: 'failed' }>['reason']]: CheckpointFailure
} = {
  expired: 'CHECKPOINT_EXPIRED',
  'not stored': 'CHECKPOINT_INSIDE_ERROR',
  'not committed': 'AGGREGATE_COMMIT_ERROR',
}

/** Adds what became of a checkpoint; `asked` are those that a user asked for. */
export const withNews = (
  log: PipelineCheckpoints,
  news: CheckpointNews,
  nowMs: number,
  isAsked: (checkpointId: number) => boolean,
): PipelineCheckpoints => {
  switch (news.kind) {
    case 'triggered': {
      const type = isAsked(news.checkpointId) ? 'SAVEPOINT' : KINDS[news.type]
      return counted({
        ...log,
        counts: { ...log.counts, triggered: log.counts.triggered + 1 },
        inProgress: [...log.inProgress, begun(news.checkpointId, type, nowMs)],
      })
    }
    case 'stored':
      return {
        ...log,
        inProgress: log.inProgress.map((each) =>
          each.checkpointId === news.checkpointId ? { ...each, stateSize: news.sizeBytes } : each,
        ),
      }
    case 'completed':
      return end(log, news.checkpointId, nowMs, null)
    case 'failed':
      return end(log, news.checkpointId, nowMs, {
        reason: REASONS[news.reason],
        message: news.error.message,
      })
    default:
      return news satisfies never
  }
}

/** What is under way comes to nothing, because its execution ends. */
export const withAbandoned = (
  log: PipelineCheckpoints,
  nowMs: number,
  reason: CheckpointFailure,
  message: string,
): PipelineCheckpoints =>
  log.inProgress.reduce(
    (next, { checkpointId }) => end(next, checkpointId, nowMs, { reason, message }),
    log,
  )

export const withRestored = (log: PipelineCheckpoints): PipelineCheckpoints => ({
  ...log,
  counts: { ...log.counts, restored: log.counts.restored + 1 },
})

const begun = (
  checkpointId: number,
  checkpointType: CheckpointKind,
  nowMs: number,
): CheckpointEntry => ({
  checkpointId,
  checkpointType,
  status: 'IN_PROGRESS',
  triggerTimestamp: nowMs,
  completedTimestamp: null,
  durationMs: null,
  stateSize: null,
  failureReason: null,
  failureMessage: null,
})

const counted = (log: PipelineCheckpoints): PipelineCheckpoints => ({
  ...log,
  counts: { ...log.counts, inProgress: log.inProgress.length },
})

const end = (
  log: PipelineCheckpoints,
  checkpointId: number,
  nowMs: number,
  failure: { readonly reason: CheckpointFailure; readonly message: string } | null,
): PipelineCheckpoints => {
  const running = log.inProgress.find((each) => each.checkpointId === checkpointId)
  if (running === undefined) return log
  const entry: CheckpointEntry = {
    ...running,
    status: failure === null ? 'COMPLETED' : 'FAILED',
    completedTimestamp: nowMs,
    durationMs: nowMs - running.triggerTimestamp,
    stateSize: failure === null ? (running.stateSize ?? 0) : running.stateSize,
    failureReason: failure?.reason ?? null,
    failureMessage: failure?.message ?? null,
  }
  const next = counted({
    ...log,
    inProgress: log.inProgress.filter((each) => each !== running),
    history: [entry, ...log.history].slice(0, HISTORY_MAX),
  })
  if (failure !== null) {
    const { reason } = failure
    const failureCounts = { ...log.failureCounts, [reason]: (log.failureCounts[reason] ?? 0) + 1 }
    const counts = { ...next.counts, failed: next.counts.failed + 1 }
    return { ...next, counts, failureCounts, latestFailed: entry }
  }
  return {
    ...next,
    counts: { ...next.counts, completed: next.counts.completed + 1 },
    latestCompleted: entry,
    latestSavepoint: entry.checkpointType === 'SAVEPOINT' ? entry : log.latestSavepoint,
  }
}
