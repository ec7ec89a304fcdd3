import {
  bundleMap,
  createBundleCache,
  createBundleSweep,
  takeCode,
  type BundleCache,
  type SweepBundles,
} from '../../../jobs/bundles/index.ts'
import type { JobTools } from '../../../jobs/http/index.ts'
import { createJobLogs, type JobLogs } from '../../../jobs/logs/index.ts'
import { prometheusText, startMonitoring, type Workload } from '../../../jobs/monitoring/index.ts'
import type { MemberGrid } from '../../../members/grid/index.ts'
import { formatAddress, type HttpMember } from '../../../members/http/index.ts'
import type { Member } from '../../../members/member/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { apiText } from '../bundling/apiText.ts' with { type: 'macro' }
import type { MemberJobs } from './memberJobs.ts'

export interface JobShelves {
  readonly bundles: BundleCache
  readonly sweepBundles: SweepBundles
  readonly logs: JobLogs
}

/** Where a member keeps the code of jobs and what they log. */
export const openJobShelves = (
  host: Host,
  grid: MemberGrid,
  { dataFolder, keepsIdleCode }: { readonly dataFolder: string; readonly keepsIdleCode: boolean },
): JobShelves => {
  const map = bundleMap(grid, host.clock)
  return {
    bundles: createBundleCache({
      host,
      map,
      folder: `${dataFolder}/bundles`,
      keepsIdle: keepsIdleCode,
    }),
    sweepBundles: createBundleSweep(host.clock, map),
    logs: createJobLogs(host, `${dataFolder}/logs`),
  }
}

export interface JobToolsOptions {
  readonly host: Host
  readonly member: Member
  readonly grid: MemberGrid
  readonly jobs: MemberJobs
  readonly shelves: JobShelves
  readonly clusterName: string
  readonly dataFolder: string
  /** At which the process ends; 0 for none. */
  readonly memoryLimitBytes: number
  readonly httpMember: HttpMember
}

/** What a member serves jobs with over HTTP. */
export const createJobTools = (options: JobToolsOptions): JobTools => {
  const { host, member, grid, jobs, shelves, clusterName, dataFolder, httpMember } = options
  const workload = (): Workload => ({
    ...jobs.work(),
    slots: { total: jobs.slots?.profile().totalSlots ?? 0, refusals: jobs.slots?.refusals() ?? 0 },
    grid: grid.activity(),
    memoryMaxBytes: options.memoryLimitBytes || host.memory.machine().totalBytes,
    connections: httpMember.connections(),
  })
  const monitoring = startMonitoring({ host, member, logs: shelves.logs, workload })
  const folder = `${dataFolder}/uploads`
  return {
    service: jobs.service,
    logs: shelves.logs,
    monitoring,
    httpUrl: (memberId) => httpMember.httpUrl(memberId),
    updateTags: (tags) => jobs.slots?.updateTags(tags),
    isolates: () => jobs.work().isolates,
    metrics: async () =>
      prometheusText(host, {
        cluster: clusterName,
        address: formatAddress(member.self.address),
        members: member.members().length,
        partitions: grid.partitionCount,
        migrationQueueSize: grid.migrationQueueSize(),
        isSafe: grid.isClusterSafe(),
        workload: workload(),
        jobs: member.isActiveMaster() ? await jobs.service.summary() : undefined,
      }),
    takeCode: (file, text) =>
      takeCode({ host, cache: shelves.bundles, folder, api: apiText() }, file, text),
  }
}
