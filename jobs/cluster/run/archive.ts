import type { JobMetrics } from '../answers.ts'
import { pipelineKey, type JobBook } from '../book/jobBook.ts'
import type { FinishedRecord, JobDiary, JobInfoRecord } from '../book/records.ts'
import { dagOf, envOptionsOf } from '../describe.ts'
import type { JobState } from '../machine/state.ts'
import { isEnd } from '../states.ts'
import type { RunContext } from './context.ts'

/** The grid removes what no master removed, so much later. */
const GRACE_MS = 300_000

export interface EndedJob {
  readonly info: JobInfoRecord
  readonly state: JobState
  readonly diary: JobDiary
  readonly metrics: JobMetrics
}

/**
 * Moves an ended job into the history: first written there, then removed from the running ones, so
 * that a master that takes over in between does it once more. Checkpoints stay where one can go on.
 */
export const archive = async (
  { book, storage, settings, host }: Pick<RunContext, 'book' | 'storage' | 'settings' | 'host'>,
  job: EndedJob,
): Promise<FinishedRecord> => {
  const { info, state, diary, metrics } = job
  const { jobId } = info
  const ttlMs = settings.historyExpiryMs + GRACE_MS
  const pipelines = await Promise.all(
    state.pipelines.map(async ({ pipelineId, status }) => {
      const last = await book.checkpointIds.get(pipelineKey(jobId, pipelineId))
      const { checkpointId = 0, takenAtMs = 0 } = last ?? {}
      return { pipelineId, status, checkpointId, takenAtMs }
    }),
  )
  const finished: FinishedRecord = {
    jobId,
    jobName: info.jobName,
    status: isEnd(state.status) ? state.status : 'UNKNOWABLE',
    errorMsg: state.failure === null ? null : messageOfFailure(state),
    envOptions: envOptionsOf(info.plan.env.raw),
    createdAtMs: info.createdAtMs,
    startedAtMs: diary.times.SCHEDULED ?? diary.times.RUNNING ?? null,
    endedAtMs: host.clock.now(),
    isStartWithSavePoint: info.isStartWithSavePoint,
    lastEpoch: Math.max(0, ...state.pipelines.map(({ epoch }) => epoch)),
    pipelines,
  }
  await book.finishedVertices.set(jobId, dagOf(info), ttlMs)
  await book.finishedMetrics.set(jobId, metrics, ttlMs)
  await book.diary.set(jobId, diary, ttlMs)
  await book.finished.set(jobId, finished, ttlMs)
  if (state.status === 'FINISHED') await storage.forget(jobId)
  // What the final checkpoint of a pipeline and those that failed have left behind.
  if (info.plan.vertices.some(({ kind }) => kind === 'transform')) {
    for (const { pipelineId } of pipelines) {
      await storage.sweep({ jobId, pipelineId, beforeEpoch: Infinity })
    }
  }
  await forgetRunning(book, jobId, pipelines)
  return finished
}

/** Removes what is kept of a job only while it runs; its state and info last. */
export const forgetRunning = async (
  book: JobBook,
  jobId: string,
  pipelines: FinishedRecord['pipelines'],
): Promise<void> => {
  for (const { pipelineId } of pipelines) {
    await book.checkpointIds.remove(pipelineKey(jobId, pipelineId))
    await book.slots.remove(pipelineKey(jobId, pipelineId))
  }
  await book.times.remove(jobId)
  await book.metrics.remove(jobId)
  await book.state.remove(jobId)
  await book.info.remove(jobId)
}

const messageOfFailure = ({ failure }: JobState): string =>
  [failure?.code, failure?.message].filter((part) => part !== null).join(' ')
