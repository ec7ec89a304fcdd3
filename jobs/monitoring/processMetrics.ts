import type { Host } from '../../runtime/host/index.ts'
import { counter, gauge, type Metric, type Sample } from './metric.ts'
import { threadCount, threadPeak, type Workload } from './workload.ts'

const told = (name: string, help: string, value: number | undefined): Metric[] =>
  value === undefined ? [] : [gauge(name, help, value)]

/** The usual metrics of a process, as far as the system tells them. */
const ofProcess = async (host: Host): Promise<Metric[]> => {
  const { openFiles, openFilesMax, virtualBytes } = await host.process.resources()
  return [
    counter(
      'process_cpu_seconds_total',
      'Time of processors that all threads have taken',
      host.process.processorMs() / 1000,
    ),
    gauge(
      'process_start_time_seconds',
      'When the process started, in seconds since 1970',
      host.process.startedAtMs / 1000,
    ),
    ...told('process_open_fds', 'Files and sockets that are open', openFiles),
    ...told('process_max_fds', 'How many may be open', openFilesMax),
    ...told(
      'process_virtual_memory_bytes',
      'Addresses in use, with or without RAM behind them',
      virtualBytes,
    ),
    gauge(
      'process_resident_memory_bytes',
      'RAM that the process holds, isolates with it',
      host.memory.usedBytes(),
    ),
  ]
}

/** What dashboards made for a JVM read, where it has a meaning here; the help says which. */
export const processMetrics = async (host: Host, workload: Workload): Promise<Metric[]> => {
  const { memory } = host
  const { runtime } = host.process
  const { memoryMaxBytes } = workload
  const heapBytes = memory.heapBytes()
  const heapCommittedBytes = memory.heapCommittedBytes()
  const residentBytes = memory.usedBytes()
  const areas = (name: string, help: string, heap: number, nonheap: number): Metric => {
    const samples: Sample[] = [
      [{ area: 'heap' }, heap],
      [{ area: 'nonheap' }, Math.max(0, nonheap)],
    ]
    return { name, help, type: 'gauge', samples }
  }
  return [
    ...(await ofProcess(host)),
    areas(
      'jvm_memory_bytes_used',
      'heap: the JavaScript heap of the thread of the member; nonheap: all other RAM of the process, that of isolates with it',
      heapBytes,
      residentBytes - heapCommittedBytes,
    ),
    areas(
      'jvm_memory_bytes_committed',
      'heap: what the JavaScript heap of the thread of the member has taken to fill it; nonheap: all other RAM of the process',
      heapCommittedBytes,
      residentBytes - heapCommittedBytes,
    ),
    areas(
      'jvm_memory_bytes_max',
      'What the process may hold, both together: its limit, else the RAM of the machine',
      memoryMaxBytes,
      memoryMaxBytes,
    ),
    gauge(
      'jvm_threads_current',
      'Threads that run JavaScript: that of the member, and those of isolates',
      threadCount(workload),
    ),
    gauge(
      'jvm_threads_peak',
      'Most threads that ran JavaScript at once since the start',
      threadPeak(workload),
    ),
    {
      name: 'jvm_info',
      help: 'What runs this process, which is no JVM',
      type: 'gauge',
      samples: [[{ runtime: runtime.name, version: runtime.version }, 1]],
    },
  ]
}
