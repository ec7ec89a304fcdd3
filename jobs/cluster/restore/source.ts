import { EngineError } from '../../../runtime/errors/index.ts'
import type {
  CheckpointName,
  CheckpointRecord,
  CheckpointStorage,
} from '../../coordinator/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { FinishedRecord, RestoreSource } from '../book/records.ts'
import { mapCheckpoints } from './mapping.ts'

export interface RestoreOptions {
  readonly storage: CheckpointStorage
  readonly from: RestoreSource
  /** How the job ended that the state is of; undefined when that is not known any more. */
  readonly finished: FinishedRecord | undefined
  /** The job that goes on. */
  readonly jobId: string
  readonly plan: Plan
}

/**
 * What each pipeline of a plan starts from, of the last checkpoints of another job or of an earlier
 * run. Throws JOB-005 where nothing was saved, JOB-040 for state that nobody would take, and what
 * `load` throws.
 */
export const restoredRecords = async (
  options: RestoreOptions,
): Promise<ReadonlyMap<number, CheckpointRecord>> => {
  const { storage, from, finished, jobId, plan } = options
  const names = finished === undefined ? [] : recordedNames(finished)
  const chosen = names.length > 0 ? names : newest(await storage.list(from.jobId))
  const records = await Promise.all(chosen.map((name) => storage.load(from.jobId, name)))
  if (records.length === 0 && !hasEnded(finished)) {
    throw new EngineError('JOB-005', `There is no savepoint or checkpoint of job ${from.jobId}.`)
  }
  const { byPipeline, orphans } = mapCheckpoints(records, jobId, plan)
  if (orphans.length > 0 && !from.allowOrphanedState) {
    const text = `Job ${from.jobId} saved state of ${orphans.join(', ')}, which this job has not.`
    throw new EngineError('JOB-040', text)
  }
  return from.jobId === jobId ? withEnded(byPipeline, finished, jobId) : byPipeline
}

const recordedNames = ({ pipelines }: FinishedRecord): CheckpointName[] =>
  pipelines
    .filter(({ checkpointId }) => checkpointId > 0)
    .map(({ pipelineId, checkpointId, takenAtMs }) => ({ pipelineId, checkpointId, takenAtMs }))

const newest = (names: readonly CheckpointName[]): CheckpointName[] => {
  const byPipeline = new Map<number, CheckpointName>()
  for (const name of names) {
    if (!byPipeline.has(name.pipelineId)) byPipeline.set(name.pipelineId, name)
  }
  return [...byPipeline.values()]
}

const hasEnded = (finished: FinishedRecord | undefined): boolean =>
  finished?.pipelines.some(({ status }) => status === 'FINISHED') === true

/** A pipeline that came to its end does not run again with those that were stopped. */
const withEnded = (
  records: ReadonlyMap<number, CheckpointRecord>,
  finished: FinishedRecord | undefined,
  jobId: string,
): ReadonlyMap<number, CheckpointRecord> => {
  const all = new Map(records)
  for (const { pipelineId, status, checkpointId, takenAtMs } of finished?.pipelines ?? []) {
    if (status !== 'FINISHED') continue
    const before = all.get(pipelineId)
    const empty = { jobId, pipelineId, checkpointId, takenAtMs, enumerators: {}, vertices: {} }
    all.set(pipelineId, { ...(before ?? empty), ended: true })
  }
  return all
}
