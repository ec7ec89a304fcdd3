import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { pipelinesOf, type Plan } from '../plan/index.ts'
import { PipelineRun } from './pipelineRun.ts'
import type { JobProgress } from './progress.ts'
import type { RunOptions } from './runOptions.ts'

export type JobStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'CANCELED'

export interface JobResult {
  readonly jobId: string
  readonly status: Exclude<JobStatus, 'RUNNING'>
  /** Why it failed; an EngineError for what a user can mend. */
  readonly error: Error | undefined
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly progress: JobProgress
}

export interface RunningJob {
  /** Never rejects. */
  readonly done: Promise<JobResult>
  progress(): JobProgress
  /** Ends soon and well: what was read is written and committed; `--restore` goes on from there. */
  drain(): void
  /** Ends at once: what was not committed is removed. */
  cancel(): void
}

/** Runs a job in isolates of this process. */
export const runJob = (host: Host, plan: Plan, options: RunOptions): RunningJob => {
  const startedAtMs = host.clock.now()
  let draining = false
  const progress = (): JobProgress => sumProgress(runs.map((run) => run.progress()))
  const runs = pipelinesOf(plan).map(
    (vertexIds, index) =>
      new PipelineRun({
        ...options,
        host,
        plan,
        vertexIds,
        pipelineId: index + 1,
        onChange: () => options.onProgress?.(progress()),
      }),
  )
  const end = async (status: JobResult['status'], error: Error | undefined): Promise<JobResult> => {
    await saveJob(host, plan, options, status, startedAtMs).catch(() => undefined)
    const endedAtMs = host.clock.now()
    return { jobId: options.jobId, status, error, startedAtMs, endedAtMs, progress: progress() }
  }
  const run = async (): Promise<JobResult> => {
    try {
      await saveJob(host, plan, options, 'RUNNING', startedAtMs)
      await Promise.all(runs.map((each) => each.run()))
    } catch (thrown) {
      const error = thrown as Error
      for (const each of runs) each.cancel(error)
      await Promise.allSettled(runs.map((each) => each.stopped))
      return end(isCancellation(error) ? 'CANCELED' : 'FAILED', error)
    }
    if (draining) return end('CANCELED', undefined)
    await options.store.forget(options.jobId)
    return end('FINISHED', undefined)
  }
  return {
    done: run(),
    progress,
    drain: () => {
      draining = true
      for (const each of runs) each.drain()
    },
    cancel: () => {
      const error = new EngineError('ENG-002', 'The job was cancelled.')
      for (const each of runs) each.cancel(error)
    },
  }
}

const isCancellation = (error: Error): boolean =>
  error instanceof EngineError && error.code === 'ENG-002'

const saveJob = (
  host: Host,
  plan: Plan,
  options: RunOptions,
  status: JobStatus,
  startedAtMs: number,
): Promise<void> =>
  options.store.saveJob({
    jobId: options.jobId,
    name: plan.name,
    source: options.source,
    status,
    startedAtMs,
    endedAtMs: status === 'RUNNING' ? null : host.clock.now(),
  })

const sumProgress = (parts: readonly JobProgress[]): JobProgress => {
  const sum = (count: (part: JobProgress) => number): number =>
    parts.reduce((total, part) => total + count(part), 0)
  const known = parts.some((part) => part.splitsFound !== undefined)
  return {
    sourceRows: sum((part) => part.sourceRows),
    sourceBytes: sum((part) => part.sourceBytes),
    sinkRows: sum((part) => part.sinkRows),
    committedRows: sum((part) => part.committedRows),
    rejectedRows: sum((part) => part.rejectedRows),
    splitsDone: sum((part) => part.splitsDone),
    splitsFound: known ? sum((part) => part.splitsFound ?? 0) : undefined,
    lastCheckpointId: Math.max(0, ...parts.map((part) => part.lastCheckpointId)),
    vertices: parts.flatMap((part) => part.vertices),
  }
}
