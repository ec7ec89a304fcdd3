import type { Host } from '../../runtime/host/index.ts'
import type { JobsSummary } from '../cluster/index.ts'
import { counter, gauge, metricsText, type Metric } from './metric.ts'
import { processMetrics } from './processMetrics.ts'
import type { Workload } from './workload.ts'

/** What there is to count, as one member sees it. */
export interface Measures {
  readonly cluster: string
  /** `host:port` of this member. */
  readonly address: string
  readonly members: number
  readonly partitions: number
  readonly migrationQueueSize: number
  readonly isSafe: boolean
  readonly workload: Workload
  /** Undefined where this member is not the active master. */
  readonly jobs: JobsSummary | undefined
}

const jobCounts = ({ runningJobs, pendingJobs, finishedJobs, ...others }: JobsSummary): Metric => ({
  name: 'job_count',
  help: 'Jobs by state',
  type: 'gauge',
  samples: [
    [{ type: 'running' }, Number(runningJobs)],
    [{ type: 'pending' }, Number(pendingJobs)],
    [{ type: 'finished' }, Number(finishedJobs)],
    [{ type: 'failed' }, Number(others.failedJobs)],
    [{ type: 'canceled' }, Number(others.cancelledJobs)],
  ],
})

/** The pool that runs the jobs of a coordinator in SeaTunnel: here, the isolates of this member. */
const jobThreadPool = ({ isolates, tasks, slots }: Workload): Metric[] => {
  const metric = (
    type: Metric['type'],
    [name, label]: readonly [name: string, label: string],
    help: string,
    value: number,
  ): Metric => ({
    name: `job_thread_pool_${name}`,
    help,
    type,
    samples: [[{ type: label }, value]],
  })
  const inState = (...states: readonly string[]): number =>
    isolates.filter(({ state }) => states.includes(state)).length
  const level = (name: string, help: string, value: number): Metric =>
    metric('gauge', [name, name], help, value)
  return [
    level('activeCount', 'Isolates that run tasks', inState('running')),
    level('poolSize', 'Isolates, those that wait for a job with them', inState('running', 'idle')),
    level('corePoolSize', 'Isolates that are kept though no job comes: none', 0),
    level('maximumPoolSize', 'Slots that this member has now', slots.total),
    level('queueTaskCount', 'Isolates that wait for their thread', inState('new')),
    metric(
      'counter',
      ['completedTask_total', 'completedTask'],
      'Tasks that have ended on this member, however',
      tasks.ended,
    ),
    metric(
      'counter',
      ['task_total', 'taskCount'],
      'Tasks that were begun on this member',
      tasks.begun,
    ),
    metric(
      'counter',
      ['rejection_total', 'rejectionCount'],
      'Requests for slots that this member has refused',
      slots.refusals,
    ),
  ]
}

const EXECUTORS = 'async client clientBlocking clientQuery io offloadable scheduled system'.split(
  ' ',
)
const EXECUTOR_METRICS = [
  'executedCount',
  'isShutdown',
  'isTerminated',
  'maxPoolSize',
  'poolSize',
  'queueRemainingCapacity',
  'queueSize',
]

/** Of the executors of Hazelcast there are none here; dashboards expect the names. */
const ABSENT_EXECUTORS: readonly Metric[] = EXECUTOR_METRICS.map((name) => ({
  name: `hazelcast_executor_${name}`,
  help: 'Of an executor of Hazelcast, of which there is none here',
  type: 'gauge',
  samples: EXECUTORS.map((type) => [{ type }, 0] as const),
}))

const connections = ({ members, clients }: Workload['connections']): Metric => ({
  name: 'tidegate_connections',
  help: 'Connections that stand on the member port',
  type: 'gauge',
  samples: [
    [{ type: 'member' }, members],
    [{ type: 'client' }, clients],
  ],
})

const metricsOf = async (host: Host, measures: Measures): Promise<Metric[]> => {
  const { grid } = measures.workload
  return [
    gauge('cluster_info', 'The cluster', 1),
    gauge('cluster_time', 'The clock of this member, in milliseconds since 1970', host.clock.now()),
    gauge('node_count', 'Members of the cluster', measures.members),
    gauge('node_state', '1 while this member is up', 1),
    gauge('hazelcast_partition_partitionCount', 'Partitions of the grid', measures.partitions),
    gauge(
      'hazelcast_partition_activePartition',
      'Partitions that this member owns',
      grid.partitions,
    ),
    gauge(
      'hazelcast_partition_migrationQueueSize',
      'Partitions that are to move',
      measures.migrationQueueSize,
    ),
    gauge(
      'hazelcast_partition_isClusterSafe',
      '1 when all backups are in place',
      measures.isSafe ? 1 : 0,
    ),
    gauge(
      'hazelcast_partition_isLocalMemberSafe',
      '1 when all backups are in place, as this member knows it',
      measures.isSafe ? 1 : 0,
    ),
    ...jobThreadPool(measures.workload),
    ...ABSENT_EXECUTORS,
    ...(await processMetrics(host, measures.workload)),
    connections(measures.workload.connections),
    gauge('tidegate_grid_waiting_calls', 'Calls of the grid that wait', grid.waiting),
    counter('tidegate_grid_calls_total', 'Calls of the grid that ran on this member', grid.ran),
    ...(measures.jobs === undefined ? [] : [jobCounts(measures.jobs)]),
  ]
}

/** The metrics of a member, with SeaTunnel's names where it has them. */
export const prometheusText = async (host: Host, measures: Measures): Promise<string> =>
  metricsText(await metricsOf(host, measures), {
    cluster: measures.cluster,
    address: measures.address,
  })
