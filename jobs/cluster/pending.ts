import type { SlotDirectory, WorkerSlots } from '../../members/slots/index.ts'
import { formatAddress } from '../../members/http/index.ts'
import type {
  ClusterSnapshot,
  PendingJob,
  PendingJobs,
  PendingPipeline,
  TaskGroupDiagnostic,
  WorkerInfo,
} from './answers.ts'
import type { Waiting, WaitingPipeline } from './scheduler.ts'
import type { JobStatus } from './states.ts'

type Tags = { readonly [tag: string]: string }

const workerInfo = ({
  address,
  tags,
  dynamic,
  held,
  loads,
  ...slots
}: WorkerSlots): WorkerInfo => ({
  address: formatAddress(address),
  tags,
  totalSlots: slots.totalSlots,
  freeSlots: slots.freeSlots,
  dynamicSlot: dynamic,
  cpuUsage: loads[0]?.cpu ?? null,
  memUsage: loads[0]?.memory ?? null,
  runningJobIds: [...new Set(held.map(({ jobId }) => jobId))],
})

/** The workers that have all of these tags. */
export const workersWith = (directory: SlotDirectory, tags: Tags): readonly WorkerSlots[] =>
  directory
    .workers()
    .filter((worker) => Object.entries(tags).every(([tag, value]) => worker.tags[tag] === value))

export const clusterSnapshot = (workers: readonly WorkerSlots[]): ClusterSnapshot => {
  const total = workers.reduce((sum, { totalSlots }) => sum + totalSlots, 0)
  const free = workers.reduce((sum, { freeSlots }) => sum + freeSlots, 0)
  return {
    totalSlots: total,
    freeSlots: free,
    assignedSlots: total - free,
    workerCount: workers.length,
    workers: workers.map(workerInfo),
  }
}

const groupsOf = (waiting: Waiting, pipeline: WaitingPipeline): TaskGroupDiagnostic[] => {
  const { jobId } = waiting.request
  return pipeline.tasks.map((task, taskGroupId) => {
    const lack = waiting.lack?.lacking.find(
      ({ owner }) => owner.pipelineId === pipeline.pipelineId && owner.task === task,
    )
    return {
      taskGroupLocation: { jobId, pipelineId: pipeline.pipelineId, taskGroupId },
      taskFullName: `${pipeline.name} [${task}]`,
      allocated: false,
      failureReason: lack?.reason ?? 'WAITING_SLOT_ASSIGNMENT',
      failureMessage: lack?.message ?? waiting.heldBack ?? null,
    }
  })
}

const pendingPipeline = (waiting: Waiting, pipeline: WaitingPipeline): PendingPipeline => ({
  pipelineId: pipeline.pipelineId,
  pipelineName: pipeline.name,
  totalTaskGroups: pipeline.tasks.length,
  allocatedTaskGroups: 0,
  lackingTaskGroups: pipeline.tasks.length,
  taskGroupDiagnostics: groupsOf(waiting, pipeline),
})

const pendingJob = (waiting: Waiting, jobStatus: JobStatus, nowMs: number): PendingJob => {
  const { request, lack, heldBack } = waiting
  const groups = request.pipelines.flatMap((pipeline) => groupsOf(waiting, pipeline))
  const lacking = lack?.lacking ?? []
  return {
    jobId: request.jobId,
    jobName: request.jobName,
    pendingSourceState: request.source,
    jobStatus,
    enqueueTimestamp: waiting.enqueuedAtMs,
    checkTime: waiting.checkedAtMs,
    waitDurationMs: nowMs - waiting.enqueuedAtMs,
    checkCount: waiting.checkCount,
    totalTaskGroups: groups.length,
    allocatedTaskGroups: lack?.possible ?? 0,
    lackingTaskGroups: lack === undefined ? groups.length : lacking.length,
    failureReason: lacking[0]?.reason ?? 'WAITING_SLOT_ASSIGNMENT',
    failureMessage: lacking[0]?.message ?? heldBack ?? 'The slots are being asked for.',
    tagFilter: request.tagFilter,
    blockingJobIds: lack?.blockingJobIds ?? [],
    pipelines: request.pipelines.map((pipeline) => pendingPipeline(waiting, pipeline)),
    lackingTaskGroupDiagnostics: groups.filter(
      ({ failureReason }) => lack === undefined || failureReason !== 'WAITING_SLOT_ASSIGNMENT',
    ),
  }
}

export interface PendingQuery {
  readonly waiting: readonly Waiting[]
  readonly directory: SlotDirectory
  readonly scheduleStrategy: 'WAIT' | 'REJECT'
  readonly statusOf: (jobId: string) => JobStatus
  readonly nowMs: number
  readonly jobId?: string | undefined
  readonly limit?: number | undefined
  readonly tags?: Tags | undefined
}

/** What waits for slots, and what each of it lacks. */
export const pendingJobs = (query: PendingQuery): PendingJobs => {
  const { waiting, directory, scheduleStrategy, statusOf, nowMs } = query
  const times = waiting.map(({ enqueuedAtMs }) => enqueuedAtMs)
  const all = waiting.map((each) => pendingJob(each, statusOf(each.request.jobId), nowMs))
  const asked = all.filter(({ jobId }) => query.jobId === undefined || jobId === query.jobId)
  return {
    queueSummary: {
      size: waiting.length,
      scheduleStrategy,
      oldestEnqueueTimestamp: times.length === 0 ? null : Math.min(...times),
      newestEnqueueTimestamp: times.length === 0 ? null : Math.max(...times),
      lackingTaskGroups: all.reduce((sum, { lackingTaskGroups }) => sum + lackingTaskGroups, 0),
    },
    clusterSnapshot: clusterSnapshot(workersWith(directory, query.tags ?? {})),
    pendingJobs: asked.slice(0, query.limit),
  }
}
