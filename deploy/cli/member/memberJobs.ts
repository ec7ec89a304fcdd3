import {
  gridStateMaps,
  startJobCoordinator,
  type JobService,
  type JobSettings,
} from '../../../jobs/cluster/index.ts'
import type { Workload } from '../../../jobs/monitoring/index.ts'
import { createStateShelf, STATE_MAP } from '../../../jobs/states/index.ts'
import { createIsolatePool, startTaskService, withGrid } from '../../../jobs/workers/index.ts'
import {
  DEFAULT_CLIENT,
  type ClientSettings,
  type MemberGrid,
} from '../../../members/grid/index.ts'
import type { Member } from '../../../members/member/index.ts'
import {
  createSlotDirectory,
  startSlotService,
  type SlotService,
  type SlotSettings,
} from '../../../members/slots/index.ts'
import type { Host, Tls } from '../../../runtime/host/index.ts'
import type { JobShelves } from './jobTools.ts'
import type { Log } from './log.ts'

export interface MemberJobsOptions {
  readonly host: Host
  readonly member: Member
  readonly grid: MemberGrid
  readonly settings: {
    readonly jobs: JobSettings
    readonly slots: SlotSettings
    /** telemetry.logs.scheduled-deletion-enable */
    readonly deletesJobLogs: boolean
  }
  readonly shelves: JobShelves
  /** Of the member port. */
  readonly tls: Tls | undefined
  /** Of the cluster; empty when it has none. */
  readonly secret: string
  readonly version: string
  readonly log: Log
}

/** What a member does for jobs. */
export interface MemberJobs {
  readonly service: JobService
  /** The slots of this member; undefined where it runs no tasks. */
  readonly slots: SlotService | undefined
  /** The isolates of this member, most threads of them at once, and the tasks that they ran. */
  work(): Pick<Workload, 'isolates' | 'isolateThreadsPeak' | 'tasks'>
  /** Leaves what it coordinates to the next master. */
  stopCoordinating(): void
  /** Ends the tasks that it runs, too. */
  close(): Promise<void>
}

/** The isolates of this member reach the grid through it. */
const ownGrid = ({ member, grid, secret, tls }: MemberJobsOptions): ClientSettings => {
  const { host, port } = member.self.address
  const { clusterName } = grid
  return { ...DEFAULT_CLIENT, clusterName, members: [`${host}:${port}`], secret, tls }
}

/** Makes a member coordinate jobs while it is the active master, and run their tasks if it is a worker. */
export const startMemberJobs = (options: MemberJobsOptions): MemberJobs => {
  const { host, member, grid, settings, shelves, tls, version, log } = options
  const isWorker = member.self.role !== 'master'
  const slots = isWorker ? startSlotService({ host, member, settings: settings.slots }) : undefined
  const directory = createSlotDirectory({ host, member, own: slots })
  const pool = createIsolatePool(host, 0)
  const isolates = withGrid(pool, ownGrid(options))
  const maps = gridStateMaps(grid)
  const tasks = startTaskService({
    host,
    member,
    isolates,
    tls,
    code: shelves.bundles,
    states: createStateShelf(maps.bytes(STATE_MAP)),
    onForgotten: ({ jobId, pipelineId }) => slots?.pipelineEnded(jobId, pipelineId),
  })
  const coordinator = startJobCoordinator({
    host,
    member,
    maps,
    directory,
    hosts: tasks.hosts,
    settings: settings.jobs,
    sweepBundles: shelves.sweepBundles,
    onForgotten: (jobId) => {
      if (settings.deletesJobLogs) void shelves.logs.remove(jobId)
    },
    versions: { projectVersion: version, gitCommitAbbrev: '' },
    logs: {
      member: (level, message) => {
        if (level !== 'debug') log(level, message)
      },
      job: (jobId, level, message) => shelves.logs.append(jobId, level, message),
    },
  })
  return {
    service: coordinator.service,
    slots,
    work: () => ({
      isolates: pool.isolates(),
      isolateThreadsPeak: pool.threadsPeak(),
      tasks: tasks.counts(),
    }),
    stopCoordinating: () => coordinator.close(),
    close: async () => {
      coordinator.close()
      directory.close()
      await tasks.close()
      slots?.close()
      await isolates.close()
      await shelves.logs.close()
    },
  }
}
