import type { Host } from '../../runtime/host/index.ts'
import type { Member } from '../../members/member/index.ts'

/** What SeaTunnel's page shows of a member, by Hazelcast's names; all are texts. */
export type Facts = Readonly<Record<string, string>>

/** What only the process knows. */
export interface Workload {
  /** Isolates that run now. */
  readonly isolates: number
  /** Calls of the grid that ran so far, and that wait. */
  readonly gridCalls: number
  readonly gridWaiting: number
}

const MEGABYTE = 1024 * 1024

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)}M`

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

/** Of the queues and threads of a JVM there are none here; the page expects the names. */
const ABSENT: Facts = Object.fromEntries(
  [
    'minor.gc.count',
    'major.gc.count',
    'event.q.size',
    ...[
      'async',
      'client',
      'client.query',
      'client.blocking',
      'query',
      'scheduled',
      'io',
      'system',
      'operations',
      'priorityOperation',
      'mapLoad',
      'mapLoadAllKeys',
      'cluster',
      'response',
    ].map((name) => `executor.q.${name}.size`),
  ].map((name) => [name, '0']),
)

/** How busy the processors were since the last look, from 0 to 1. */
export const createLoad = ({ processors }: Host): (() => number) => {
  let last = processors.times()
  let load = 0
  return () => {
    const now = processors.times()
    const totalMs = now.totalMs - last.totalMs
    if (totalMs > 0) load = (now.busyMs - last.busyMs) / totalMs
    last = now
    return load
  }
}

/** The state of this member now. */
export const factsOf = (
  { memory, processors }: Host,
  member: Member,
  load: number,
  workload: Workload,
): Facts => {
  const { totalBytes, freeBytes } = memory.machine()
  const usedBytes = memory.usedBytes()
  const connections = String(member.messenger.connected().length)
  return {
    ...ABSENT,
    host: member.self.address.host,
    port: String(member.self.address.port),
    isMaster: String(member.isActiveMaster()),
    processors: String(processors.count),
    'physical.memory.total': megabytes(totalBytes),
    'physical.memory.free': megabytes(freeBytes),
    'swap.space.total': megabytes(0),
    'swap.space.free': megabytes(0),
    'heap.memory.used': megabytes(usedBytes),
    'heap.memory.free': megabytes(Math.max(0, totalBytes - usedBytes)),
    'heap.memory.total': megabytes(totalBytes),
    'heap.memory.max': megabytes(totalBytes),
    'heap.memory.used/total': percent(usedBytes / totalBytes),
    'heap.memory.used/max': percent(usedBytes / totalBytes),
    'minor.gc.time': '0ms',
    'major.gc.time': '0ms',
    'load.process': percent(load),
    'load.system': percent(load),
    'load.systemAverage': percent(load),
    'thread.count': String(workload.isolates + 1),
    'thread.peakCount': String(workload.isolates + 1),
    'cluster.timeDiff': '0',
    'operations.completed.count': String(workload.gridCalls),
    'operations.running.count': String(workload.gridWaiting),
    'operations.pending.invocations.percentage': percent(0),
    'operations.pending.invocations.count': String(workload.gridWaiting),
    'proxy.count': '0',
    'clientEndpoint.count': '0',
    'connection.active.count': connections,
    'client.connection.count': '0',
    'connection.count': connections,
  }
}
