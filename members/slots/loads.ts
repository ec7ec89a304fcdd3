import type { Host } from '../../runtime/host/index.ts'
import type { LoadSample } from './directory.ts'

/** How many samples are kept. */
const SAMPLES_MAX = 10

/** The load of this machine, as it is looked at from time to time. */
export interface Loads {
  /** Takes a sample: the processors since the one before, the memory now. */
  sample(): void
  /** The newest first. */
  all(): readonly LoadSample[]
}

export const createLoads = ({ processors, memory }: Host): Loads => {
  let samples: readonly LoadSample[] = []
  let before = processors.times()
  return {
    sample: () => {
      const now = processors.times()
      const elapsedMs = now.totalMs - before.totalMs
      const cpu = elapsedMs > 0 ? (now.busyMs - before.busyMs) / elapsedMs : 0
      before = now
      const { totalBytes, freeBytes } = memory.machine()
      samples = [{ cpu, memory: 1 - freeBytes / totalBytes }, ...samples].slice(0, SAMPLES_MAX)
    },
    all: () => samples,
  }
}
