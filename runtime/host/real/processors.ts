import { availableParallelism, cpus, loadavg, platform } from 'node:os'
import type { Processors } from '../processors.ts'

export const realProcessors: Processors = {
  // What a container grants, where that is less than the machine has.
  count: availableParallelism(),
  times: () => {
    let busyMs = 0
    let totalMs = 0
    for (const { times } of cpus()) {
      const workMs = times.user + times.nice + times.sys + times.irq
      busyMs += workMs
      totalMs += workMs + times.idle
    }
    return { busyMs, totalMs }
  },
  // Windows has none, which is told as 0.
  loadAverage: () => (platform() === 'win32' ? undefined : loadavg()[0]),
}
