import { dirname } from 'node:path'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host, Timer } from '../../../runtime/host/index.ts'

export interface MemoryLimit {
  /** 0 for no limit. */
  readonly limitMegabytes: number
  /** Where the heap snapshot goes; one from before is replaced, so that they never fill a disk. */
  readonly snapshotPath: string
}

export interface MemoryWatch {
  release(): void
}

const CHECK_INTERVAL_MS = 1000
const MEGABYTE = 1024 * 1024

const writeSnapshot = async ({ disk, memory }: Host, path: string): Promise<string> => {
  try {
    await disk.makeFolder(dirname(path))
    await disk.writeFileAtomically(path, memory.heapSnapshot())
    return `a heap snapshot is in ${path}`
  } catch (thrown) {
    if (thrown instanceof EngineError) return `no heap snapshot: ${thrown.message}`
    throw thrown
  }
}

/**
 * Looks every second how much memory the process holds. Where it is more than the limit, and garbage
 * is not the reason, writes a heap snapshot and calls `onReached` with HST-007, once.
 */
export const watchMemory = (
  host: Host,
  { limitMegabytes, snapshotPath }: MemoryLimit,
  onReached: (error: EngineError) => void,
): MemoryWatch => {
  const { clock, memory } = host
  let isReleased = false
  const limitBytes = limitMegabytes * MEGABYTE
  const reached = async (usedBytes: number): Promise<void> => {
    const told = await writeSnapshot(host, snapshotPath)
    const usedMegabytes = Math.ceil(usedBytes / MEGABYTE)
    const text = `${usedMegabytes} MB are held, ${limitMegabytes} MB are allowed; ${told}.`
    if (!isReleased) onReached(new EngineError('HST-007', text))
  }
  const check = (): void => {
    if (memory.usedBytes() > limitBytes) {
      const usedBytes = memory.usedBytes('collect')
      if (usedBytes > limitBytes) {
        void reached(usedBytes)
        return
      }
    }
    timer = clock.timer(CHECK_INTERVAL_MS, check)
  }
  let timer: Timer | undefined =
    limitMegabytes === 0 ? undefined : clock.timer(CHECK_INTERVAL_MS, check)
  return {
    release: () => {
      isReleased = true
      timer?.cancel()
    },
  }
}
