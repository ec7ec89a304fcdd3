import type { Workload } from '../../../jobs/monitoring/index.ts'
import { createRealHost, type Host } from '../../../runtime/host/index.ts'

const MEBIBYTE = 1024 * 1024
export const GIBIBYTE = 1024 * MEBIBYTE

/** A machine of which every figure is known. */
export const hostWith = (): Host => {
  const real = createRealHost()
  return {
    ...real,
    clock: { ...real.clock, now: () => 5000 },
    memory: {
      ...real.memory,
      usedBytes: () => 100 * MEBIBYTE,
      heapBytes: () => 30 * MEBIBYTE,
      heapCommittedBytes: () => 40 * MEBIBYTE,
      machine: () => ({ totalBytes: 8 * GIBIBYTE, freeBytes: 2 * GIBIBYTE }),
      swap: async () => ({ totalBytes: 4 * GIBIBYTE, freeBytes: 3 * GIBIBYTE }),
    },
    processors: { ...real.processors, count: 2, loadAverage: () => 1.25 },
    process: {
      runtime: { name: 'Bun', version: '1.2.3' },
      startedAtMs: 1500,
      processorMs: () => 2500,
      resources: async () => ({ openFiles: 20, openFilesMax: 1024, virtualBytes: GIBIBYTE }),
    },
  }
}

export const workload: Workload = {
  isolates: [
    { id: 1, name: 'job-1 pipeline-1 group 0', state: 'running' },
    { id: 2, name: 'job-1 pipeline-1 group 1', state: 'new' },
    { id: 3, name: 'job-2 pipeline-1 group 0', state: 'idle' },
  ],
  isolateThreadsPeak: 7,
  tasks: { begun: 12, ended: 10 },
  slots: { total: 16, refusals: 1 },
  grid: { ran: 70, waiting: 3, underWay: 4, structures: 5, partitions: 90, clients: 2 },
  memoryMaxBytes: 4 * GIBIBYTE,
  connections: { members: 6, clients: 3 },
}
