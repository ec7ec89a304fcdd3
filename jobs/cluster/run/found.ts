import { pipelinesOf } from '../../plan/index.ts'
import { pipelineKey } from '../book/jobBook.ts'
import type {
  CheckpointIdRecord,
  FinishedRecord,
  JobDiary,
  JobInfoRecord,
  JobStateRecord,
} from '../book/records.ts'
import { createJobState, type JobState } from '../machine/state.ts'
import type { RunContext } from './context.ts'
import { FencedRecord } from './fenced.ts'

const MS = 1000

/** What is found of a job when this member becomes its master. */
export interface FoundJob {
  /** Undefined for a new job, or one that its master had not begun with. */
  readonly record: JobStateRecord | undefined
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

/** The last checkpoint of a pipeline; of a new job it says that there is none. */
export const openIds = async (
  { book, host, isCurrent, masterEpoch }: RunContext,
  { jobId }: JobInfoRecord,
  pipelineId: number,
  { record, lastEpoch }: FoundJob,
): Promise<FencedRecord<CheckpointIdRecord>> => {
  const key = pipelineKey(jobId, pipelineId)
  const current = await book.checkpointIds.get(key)
  const ids = new FencedRecord({ host, map: book.checkpointIds, key, current, isCurrent })
  if (record === undefined) {
    await ids.write({ masterEpoch, checkpointId: 0, takenAtMs: 0, epoch: lastEpoch })
  }
  return ids
}
