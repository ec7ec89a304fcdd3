import type { Member } from '../../members/member/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Load } from './load.ts'
import { threadCount, threadPeak, type Workload } from './workload.ts'

/** What SeaTunnel's page shows of a member, by Hazelcast's names; all are texts. */
export type Facts = Readonly<Record<string, string>>

const UNITS = ['K', 'M', 'G', 'T']
const STEP = 1024

/** As SeaTunnel writes sizes: in the largest unit of which there is more than one. */
export const sizeText = (bytes: number): string => {
  let value = bytes
  let unit = ''
  for (const next of UNITS) {
    if (value <= STEP) break
    value /= STEP
    unit = next
  }
  return unit === '' ? String(value) : value.toFixed(1) + unit
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

const EXECUTORS = [
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
]
const LATER_EXECUTORS = ['mapLoad', 'mapLoadAllKeys', 'cluster', 'response']

/** A member has no executors with queues: its one thread runs what comes when it comes. */
const emptyQueues = (names: readonly string[]): Facts =>
  Object.fromEntries(names.map((name) => [`executor.q.${name}.size`, '0']))

/** Of the machine; the heap is that of the member's own thread, which may take what the process may. */
const memoryFacts = async ({ memory }: Host, maxBytes: number): Promise<Facts> => {
  const ram = memory.machine()
  const swap = (await memory.swap()) ?? { totalBytes: 0, freeBytes: 0 }
  const heapBytes = memory.heapBytes()
  // Both are looked at one after the other.
  const committedBytes = Math.max(heapBytes, memory.heapCommittedBytes(), 1)
  return {
    'physical.memory.total': sizeText(ram.totalBytes),
    'physical.memory.free': sizeText(ram.freeBytes),
    'swap.space.total': sizeText(swap.totalBytes),
    'swap.space.free': sizeText(swap.freeBytes),
    'heap.memory.used': sizeText(heapBytes),
    'heap.memory.free': sizeText(committedBytes - heapBytes),
    'heap.memory.total': sizeText(committedBytes),
    'heap.memory.max': sizeText(maxBytes),
    'heap.memory.used/total': percent(heapBytes / committedBytes),
    'heap.memory.used/max': percent(heapBytes / maxBytes),
  }
}

/** The runtime does not tell of its garbage collections. */
const COLLECTIONS: Facts = {
  'minor.gc.count': '0',
  'minor.gc.time': '0ms',
  'major.gc.count': '0',
  'major.gc.time': '0ms',
}

/** The state of this member now, in the order in which SeaTunnel tells it. */
export const factsOf = async (
  host: Host,
  member: Pick<Member, 'self' | 'isActiveMaster'>,
  load: Load,
  workload: Workload,
): Promise<Facts> => {
  const { grid, connections } = workload
  return {
    isMaster: String(member.isActiveMaster()),
    host: member.self.address.host,
    port: String(member.self.address.port),
    processors: String(host.processors.count),
    ...(await memoryFacts(host, workload.memoryMaxBytes)),
    ...COLLECTIONS,
    'load.process': percent(load.process),
    'load.system': percent(load.machine),
    'load.systemAverage': host.processors.loadAverage()?.toFixed(2) ?? 'n/a',
    'thread.count': String(threadCount(workload)),
    'thread.peakCount': String(threadPeak(workload)),
    // Members do not compare their clocks.
    'cluster.timeDiff': '0',
    // Events are told at the end of the turn that they come from.
    'event.q.size': '0',
    ...emptyQueues(EXECUTORS),
    'operations.completed.count': String(grid.ran),
    ...emptyQueues(LATER_EXECUTORS),
    // Operations run to their end in one go: never while somebody looks.
    'operations.running.count': '0',
    // Of how many there may be, which nothing bounds.
    'operations.pending.invocations.percentage': percent(0),
    'operations.pending.invocations.count': String(grid.underWay),
    'proxy.count': String(grid.structures),
    'clientEndpoint.count': String(grid.clients),
    'connection.active.count': String(connections.members + connections.clients),
    'client.connection.count': String(connections.clients),
    'connection.count': String(connections.members),
  }
}
