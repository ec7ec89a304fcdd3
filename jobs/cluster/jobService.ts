import { EngineError } from '../../runtime/errors/index.ts'
import type { JobDiary } from './book/records.ts'
import { runningInfo } from './describe.ts'
import type { Mastership } from './mastership.ts'
import { clusterSnapshot, pendingJobs, workersWith } from './pending.ts'
import type { JobRun } from './run/jobRun.ts'
import type { JobInfo, JobsSummary, Page, PageRequest } from './answers.ts'
import type { JobService } from './service.ts'
import { isEnd } from './states.ts'

export interface Versions {
  readonly projectVersion: string
  readonly gitCommitAbbrev: string
}

const describeRun = (run: JobRun): JobInfo =>
  runningInfo({
    info: run.info,
    status: run.state.status,
    startedAtMs: run.diary.times.SCHEDULED,
    metrics: run.metrics(),
  })

const pageOf = <Row>(rows: readonly Row[], page: PageRequest | undefined): readonly Row[] =>
  page === undefined ? rows : rows.slice((page.page - 1) * page.rows, page.page * page.rows)

const runOf = (master: Mastership, jobId: string): JobRun => {
  const run = master.run(jobId)
  if (run !== undefined) return run
  throw new EngineError('JOB-006', `There is no running job ${jobId}.`)
}

const summaryOf = (master: Mastership): JobsSummary => {
  const ended = master.history.all()
  const count = (status: string): string =>
    String(ended.filter((record) => record.status === status).length)
  return {
    runningJobs: String(master.runs().length),
    pendingJobs: String(master.context.scheduler.waiting().length),
    finishedJobs: count('FINISHED'),
    failedJobs: count('FAILED'),
    cancelledJobs: count('CANCELED'),
  }
}

const diaryOf = async (master: Mastership, jobId: string): Promise<JobDiary | undefined> => {
  const run = master.run(jobId)
  if (run !== undefined) return run.diary
  return master.history.get(jobId) === undefined ? undefined : master.context.book.diary.get(jobId)
}

const stopJob =
  (current: () => Promise<Mastership>): JobService['stop'] =>
  async (jobId, { savepoint, force }) => {
    const master = await current()
    const run = master.run(jobId)
    if (run === undefined) return
    if (!savepoint) return run.request({ kind: 'cancel', force })
    await run.request({ kind: 'savepoint' })
    const { status, goal } = run.state
    if (goal === 'savepoint') return
    throw new EngineError('JOB-009', `Job ${jobId} is ${status}, and not all of its tasks run.`)
  }

const jobInfoOf = async (master: Mastership, jobId: string): Promise<JobInfo | undefined> => {
  const run = master.run(jobId)
  if (run !== undefined && !isEnd(run.state.status)) return describeRun(run)
  await run?.ended
  const record = master.history.get(jobId)
  return record === undefined ? undefined : master.history.describe(record)
}

const endedJob =
  (current: () => Promise<Mastership>): JobService['ended'] =>
  async (jobId, signal) => {
    const master = await current()
    const aborted = Promise.withResolvers<never>()
    const onAbort = (): void => aborted.reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort)
    try {
      signal.throwIfAborted()
      await Promise.race([master.run(jobId)?.ended, aborted.promise])
      return await jobInfoOf(await current(), jobId)
    } finally {
      signal.removeEventListener('abort', onAbort)
      aborted.promise.catch(() => undefined)
    }
  }

/** The service over the mastership of the moment; `current` rejects on a member that is not the master. */
export const createJobService = (
  current: () => Promise<Mastership>,
  versions: Versions,
): JobService => ({
  submit: async (submission) => (await current()).submit(submission),
  stop: stopJob(current),
  savepoint: async (jobId) => runOf(await current(), jobId).savepoint(),
  jobInfo: async (jobId) => jobInfoOf(await current(), jobId),
  runningJobs: async (page) => {
    const runs = (await current()).runs()
    return { total: runs.length, data: pageOf(runs, page).map(describeRun) }
  },
  finishedJobs: async (state, page): Promise<Page<JobInfo>> => {
    const master = await current()
    const { history } = master
    await master.archived()
    const records = history.all().filter(({ status }) => state === undefined || status === state)
    const data = await Promise.all(pageOf(records, page).map((record) => history.describe(record)))
    return { total: records.length, data }
  },
  pendingJobs: async (filter) => {
    const master = await current()
    const { scheduler, directory, settings, host } = master.context
    return pendingJobs({
      ...filter,
      waiting: scheduler.waiting(),
      directory,
      scheduleStrategy: settings.scheduleStrategy,
      statusOf: (jobId) => master.run(jobId)?.state.status ?? 'UNKNOWABLE',
      nowMs: host.clock.now(),
    })
  },
  overview: async (tags) => {
    const master = await current()
    const workers = clusterSnapshot(workersWith(master.context.directory, tags))
    return {
      ...versions,
      totalSlot: String(workers.totalSlots),
      unassignedSlot: String(workers.freeSlots),
      workers: String(workers.workerCount),
      ...summaryOf(master),
    }
  },
  summary: async () => summaryOf(await current()),
  workers: async () => clusterSnapshot((await current()).context.directory.workers()),
  checkpoints: async (jobId) => {
    const master = await current()
    const diary = await diaryOf(master, jobId)
    if (diary === undefined) return undefined
    return { jobId, updatedAt: master.context.host.clock.now(), pipelines: diary.checkpoints }
  },
  checkpointHistory: async (jobId, { pipelineId, status, limit }) => {
    const diary = await diaryOf(await current(), jobId)
    return diary?.checkpoints
      .filter((each) => pipelineId === undefined || each.pipelineId === pipelineId)
      .flatMap(({ inProgress, history }) => [...inProgress, ...history])
      .filter((entry) => status === undefined || entry.status === status)
      .sort((left, right) => right.triggerTimestamp - left.triggerTimestamp)
      .slice(0, limit)
  },
  events: async (jobId) => (await diaryOf(await current(), jobId))?.events,
  failures: async (jobId) => (await diaryOf(await current(), jobId))?.failures,
  ended: endedJob(current),
})
