import { pipelinesOf } from '../../plan/index.ts'
import { pipelineKey } from '../book/jobBook.ts'
import type {
  CheckpointIdRecord,
  FinishedRecord,
  JobDiary,
  JobInfoRecord,
} from '../book/records.ts'
import { createJobState, type JobState } from '../machine/state.ts'
import type { RunContext } from './context.ts'
import { FencedRecord } from './fenced.ts'

const MS = 1000

/** What is found of a job when this member becomes its master. */
export interface FoundJob {
  readonly diary: JobDiary | undefined
  /** How the run that it is restored from has ended. */
  readonly restoredRun: FinishedRecord | undefined
  /** Executions of earlier runs with this id had epochs up to this one. */
  readonly lastEpoch: number
}

export const newState = (info: JobInfoRecord, { lastEpoch }: FoundJob): JobState => {
  const { jobId, plan, restoreFrom } = info
  const state = createJobState({
    jobId,
    pipelineCount: pipelinesOf(plan).length,
    retryTimes: plan.env.retryTimes,
    retryIntervalMs: plan.env.retryIntervalSeconds * MS,
    restores: restoreFrom !== null,
  })
  return { ...state, pipelines: state.pipelines.map((each) => ({ ...each, epoch: lastEpoch })) }
}

/** The last checkpoint of a pipeline, taken over from the master before. */
export const openIds = async (
  { book, host, isCurrent, masterEpoch }: RunContext,
  { jobId }: JobInfoRecord,
  pipelineId: number,
  { lastEpoch, isNew }: { readonly lastEpoch: number; readonly isNew: boolean },
): Promise<FencedRecord<CheckpointIdRecord>> => {
  const key = pipelineKey(jobId, pipelineId)
  const ids = new FencedRecord({ host, map: book.checkpointIds, key, isCurrent })
  const none = { masterEpoch, checkpointId: 0, takenAtMs: 0, epoch: lastEpoch }
  // Of a job that has begun it must be there: without it nobody knows where to go on.
  await ids.claim((found) =>
    found === undefined && !isNew ? undefined : { ...none, ...found, masterEpoch },
  )
  return ids
}
