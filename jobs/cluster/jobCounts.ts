import type { FinishedRecord } from './book/records.ts'
import type { JobStatus } from './states.ts'

const LINE = '*'.repeat(47)

const COUNTED: readonly (readonly [label: string, statuses: readonly JobStatus[]])[] = [
  ['createdJobCount', ['INITIALIZING', 'CREATED']],
  ['pendingJobCount', ['PENDING']],
  ['scheduledJobCount', ['SCHEDULED']],
  ['runningJobCount', ['RUNNING', 'DOING_SAVEPOINT']],
  ['failingJobCount', ['FAILING']],
  ['failedJobCount', ['FAILED']],
  ['cancellingJobCount', ['CANCELING']],
  ['canceledJobCount', ['CANCELED', 'SAVEPOINT_DONE']],
  ['finishedJobCount', ['FINISHED']],
]

/** The box of job counts that SeaTunnel's log shows now and then. */
export const jobCounts = (
  running: readonly JobStatus[],
  ended: readonly Pick<FinishedRecord, 'status'>[],
): string => {
  const all = [...running, ...ended.map(({ status }) => status)]
  const rows = COUNTED.map(([label, statuses]) => {
    const count = all.filter((status) => statuses.includes(status)).length
    return `${label.padEnd(26)}:${String(count).padStart(20)}`
  })
  return ['Jobs', LINE, ...rows, LINE].join('\n')
}
