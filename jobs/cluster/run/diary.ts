import type { JobEvent, JobFailure } from '../answers.ts'
import type { JobDiary, StateTimes } from '../book/records.ts'
import type { JobState } from '../machine/state.ts'
import type { JobStatus } from '../states.ts'

const EVENTS_MAX = 100
const FAILURES_MAX = 50

export const EMPTY_DIARY: JobDiary = {
  times: {},
  events: [],
  failures: [],
  checkpoints: [],
  counts: {},
}

/** Keeps the newest. */
const prepend = <Entry>(entry: Entry, entries: readonly Entry[], max: number): readonly Entry[] =>
  [entry, ...entries].slice(0, max)

const firstTime = (times: StateTimes, status: JobStatus, nowMs: number): StateTimes =>
  times[status] === undefined ? { ...times, [status]: nowMs } : times

/** Writes down how a step has changed a job and its pipelines. */
export const withChange = (
  diary: JobDiary,
  before: JobState,
  after: JobState,
  nowMs: number,
): JobDiary => {
  const { jobId, status: jobStatus } = after
  let next = diary
  const note = (event: Omit<JobEvent, 'jobId' | 'createdTime' | 'jobStatus' | 'member'>): void => {
    const whole = { ...event, jobId, createdTime: nowMs, jobStatus, member: null }
    next = { ...next, events: prepend(whole, next.events, EVENTS_MAX) }
  }
  for (const [index, { pipelineId, status: pipelineStatus, epoch }] of after.pipelines.entries()) {
    if (before.pipelines[index]?.status === pipelineStatus) continue
    const message = `Pipeline ${pipelineId}, execution ${epoch}: ${pipelineStatus}`
    note({ eventType: 'PIPELINE_STATUS', message, pipelineId, pipelineStatus })
  }
  if (before.status === jobStatus && diary.events.length > 0) return next
  const reason = after.failure === null ? '' : `: ${after.failure.message}`
  const message = `Job ${jobStatus}${reason}`
  note({ eventType: 'JOB_STATUS', message, pipelineId: null, pipelineStatus: null })
  return { ...next, times: firstTime(next.times, jobStatus, nowMs) }
}

export const withFailure = (diary: JobDiary, failure: JobFailure): JobDiary => ({
  ...diary,
  failures: prepend(failure, diary.failures, FAILURES_MAX),
})
