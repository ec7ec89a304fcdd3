import type { Host } from '../../runtime/host/index.ts'

/** How busy something was since the last look: 0 to 1, where 1 is all processors. */
export interface Load {
  readonly machine: number
  readonly process: number
}

/** Of the machine, and of this process. */
export const createLoad = (host: Pick<Host, 'clock' | 'process' | 'processors'>): (() => Load) => {
  const { clock, processors } = host
  const look = () => ({
    atMs: clock.monotonic(),
    machine: processors.times(),
    processMs: host.process.processorMs(),
  })
  let last = look()
  let load: Load = { machine: 0, process: 0 }
  return () => {
    const now = look()
    const totalMs = now.machine.totalMs - last.machine.totalMs
    const elapsedMs = (now.atMs - last.atMs) * processors.count
    // The system counts in ticks: between two looks in one nothing is known.
    if (totalMs <= 0 || elapsedMs <= 0) return load
    load = {
      machine: (now.machine.busyMs - last.machine.busyMs) / totalMs,
      process: Math.min(1, (now.processMs - last.processMs) / elapsedMs),
    }
    last = now
    return load
  }
}
