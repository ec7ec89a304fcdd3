import type { JobsSummary } from '../cluster/index.ts'
import type { Workload } from './facts.ts'

/** What there is to count, as one member sees it. */
export interface Measures {
  readonly cluster: string
  /** `host:port` of this member. */
  readonly address: string
  /** Milliseconds since 1970. */
  readonly nowMs: number
  readonly members: number
  readonly partitions: number
  readonly migrationQueueSize: number
  readonly isSafe: boolean
  readonly memoryUsedBytes: number
  readonly workload: Workload
  /** Undefined where this member is not the active master. */
  readonly jobs: JobsSummary | undefined
}

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  /** Further labels, and the value. */
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]
}

const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: 'gauge',
  samples: [[{}, value]],
})

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
const jobThreadPool = ({ isolates }: Workload): Metric[] => {
  const metric = (type: Metric['type'], name: string, label: string, value: number): Metric => ({
    name: `job_thread_pool_${name}`,
    help: `Isolates that run tasks: ${label}`,
    type,
    samples: [[{ type: label }, value]],
  })
  return [
    metric('gauge', 'activeCount', 'activeCount', isolates),
    metric('gauge', 'poolSize', 'poolSize', isolates),
    metric('gauge', 'corePoolSize', 'corePoolSize', 0),
    metric('gauge', 'maximumPoolSize', 'maximumPoolSize', 0),
    metric('gauge', 'queueTaskCount', 'queueTaskCount', 0),
    metric('counter', 'completedTask_total', 'completedTask', 0),
    metric('counter', 'task_total', 'taskCount', 0),
    metric('counter', 'rejection_total', 'rejectionCount', 0),
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

const metricsOf = (measures: Measures): Metric[] => {
  const { gridCalls, gridWaiting } = measures.workload
  return [
    gauge('cluster_info', 'The cluster', 1),
    gauge('cluster_time', 'Its clock, in milliseconds since 1970', measures.nowMs),
    gauge('node_count', 'Members of the cluster', measures.members),
    gauge('node_state', '1 while this member is up', 1),
    gauge('hazelcast_partition_partitionCount', 'Partitions of the grid', measures.partitions),
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
    gauge('process_resident_memory_bytes', 'Memory of the process', measures.memoryUsedBytes),
    gauge('tidegate_grid_waiting_calls', 'Calls of the grid that wait', gridWaiting),
    {
      name: 'tidegate_grid_calls_total',
      help: 'Calls of the grid that ran on this member',
      type: 'counter',
      samples: [[{}, gridCalls]],
    },
    ...(measures.jobs === undefined ? [] : [jobCounts(measures.jobs)]),
  ]
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** The text format of Prometheus, version 0.0.4, with SeaTunnel's names where it has them. */
export const prometheusText = (measures: Measures): string => {
  const common = { cluster: measures.cluster, address: measures.address }
  const lines = metricsOf(measures).flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => {
      const all = Object.entries({ ...common, ...labels })
      return `${name}{${all.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}} ${value}`
    }),
  ])
  return `${lines.join('\n')}\n`
}
