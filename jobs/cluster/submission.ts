import { EngineError } from '../../runtime/errors/index.ts'
import { readJobText, tablePathsOf } from '../files/index.ts'
import type { Plan } from '../plan/index.ts'
import type { JobInfoRecord, RestoreSource } from './book/records.ts'
import { checkJobId } from './jobIds.ts'
import type { JobContent, JobSubmission } from './service.ts'

/** A submission that is right in itself. */
export interface CheckedSubmission {
  readonly plan: Plan
  readonly bundle: string | null
  readonly tablePaths: JobInfoRecord['tablePaths']
}

/**
 * The plan of a submission. The text sees the variables that came with it, and nothing of this
 * member's environment or files. Throws the first of its errors.
 */
export const readSubmission = async (content: JobContent): Promise<CheckedSubmission> => {
  if ('plan' in content) {
    const { plan, bundle = null, tablePaths } = content
    return { plan, bundle, tablePaths }
  }
  const { text, format, file, variables } = content
  const job = await readJobText(text, format, file, { variables })
  const errors = job.diagnostics.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (job.plan === undefined || first !== undefined) {
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    const { code, message, at } = first ?? NO_PLAN
    throw new EngineError(code, `${message}${more}`, { at })
  }
  return { plan: job.plan, bundle: null, tablePaths: tablePathsOf(job) }
}

const NO_PLAN = { code: 'PLN-001', message: 'The job has no plan.', at: undefined } as const

/** Where the job's first state comes from. Throws JOB-002 and JOB-003. */
export const restoreSourceOf = (submission: JobSubmission): RestoreSource | null => {
  const { jobId, isStartWithSavePoint = false, restoreMode } = submission
  const { restoreSourceJobId, allowOrphanedState = false } = submission
  if (!isStartWithSavePoint && restoreMode === undefined) return null
  const from = restoreSourceJobId ?? jobId
  if (from === undefined) {
    throw new EngineError('JOB-003', 'To go on from a savepoint, the id of its job is needed.')
  }
  return { jobId: checkJobId(from), allowOrphanedState }
}
