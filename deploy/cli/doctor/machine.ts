import { existsSync, readFileSync } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { type Check, type Finding, ill, well } from './check.ts'

const MIB = 1024 * 1024

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** No member was built before it, and none runs long after it. */
const PLAUSIBLE_MS = { from: Date.UTC(2025, 0), to: Date.UTC(2100, 0) }

/** Files that a time service leaves while it keeps the clock right. */
const SYNCHRONIZED = [
  '/run/systemd/timesync/synchronized',
  '/run/chrony/chronyd.pid',
  '/run/ntpd.pid',
]

/** Is the wall clock plausible, and does something keep it right? */
export const clockCheck =
  (host: Host): Check =>
  async () => {
    const nowMs = host.clock.now()
    const now = new Date(nowMs).toISOString()
    if (nowMs < PLAUSIBLE_MS.from || nowMs > PLAUSIBLE_MS.to) {
      return [ill('clock', 'fail', `The clock says ${now}.`, 'Set it, best by NTP.')]
    }
    if (SYNCHRONIZED.some((path) => existsSync(path))) {
      return [well('clock', `The clock says ${now} and a time service keeps it right.`)]
    }
    const mend = 'Run chrony or systemd-timesyncd; members compare their clocks by seconds.'
    return [ill('clock', 'warn', `The clock says ${now}; no time service was found.`, mend)]
  }

const FREE_BYTES_MIN = 1024 * MIB
const SYNC_ROUNDS = 5
const SYNC_SLOW_MS = 50

const syncMs = async (host: Host, folder: string): Promise<number> => {
  const path = join(folder, `.doctor-${host.random.uuid()}`)
  const file = await host.disk.open(path, 'write')
  try {
    const startMs = host.clock.monotonic()
    for (let round = 0; round < SYNC_ROUNDS; round += 1) {
      await file.write(new Uint8Array(4096))
      await file.sync()
    }
    return (host.clock.monotonic() - startMs) / SYNC_ROUNDS
  } finally {
    await file.close()
    await host.disk.remove(path)
  }
}

/** Can the folder be written, is there room, and how long does a write take to be safe? */
export const diskCheck =
  (host: Host, folder: string): Check =>
  async () => {
    let averageMs: number
    try {
      await mkdir(folder, { recursive: true }).catch(() => {})
      averageMs = await syncMs(host, folder)
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      const mend = 'Give the user that runs Tidegate the right to write there.'
      return [ill('disk', 'fail', `${thrown.message}.`, mend)]
    }
    const { bavail, bsize } = await statfs(folder)
    const freeBytes = bavail * bsize
    const facts = `${folder}: ${Math.round(freeBytes / MIB)} MiB free, ${averageMs.toFixed(1)} ms to sync`
    if (freeBytes < FREE_BYTES_MIN) {
      return [ill('disk', 'warn', `${facts}.`, 'Free 1 GiB or more; checkpoints go there.')]
    }
    return averageMs > SYNC_SLOW_MS
      ? [ill('disk', 'warn', `${facts}.`, 'Use a faster disk: every checkpoint waits for it.')]
      : [well('disk', `${facts}.`)]
  }

const FILES_MIN = 4096
const MEMORY_BYTES_MIN = 128 * MIB

const openFilesFinding = (): Finding => {
  const line = textOf('/proc/self/limits')?.match(/^Max open files\s+(\S+)/m)
  const limit = line?.[1] === 'unlimited' ? Infinity : Number(line?.[1] ?? Number.NaN)
  if (Number.isNaN(limit)) return well('open files', 'This system does not tell its limit.')
  const mend = `Raise it to ${FILES_MIN} or more: ulimit -n ${FILES_MIN}, or LimitNOFILE in systemd.`
  return limit < FILES_MIN
    ? ill('open files', 'warn', `At most ${limit} files and sockets may be open.`, mend)
    : well('open files', `${limit} files and sockets may be open.`)
}

/** What the control group allows; without one, what the machine has. */
const memoryBytes = (): number => {
  const group = Number.parseInt(textOf('/sys/fs/cgroup/memory.max') ?? '', 10)
  return Number.isNaN(group) ? totalmem() : Math.min(group, totalmem())
}

const memoryFinding = (): Finding => {
  const bytes = memoryBytes()
  const found = `${Math.round(bytes / MIB)} MiB of memory, ${availableParallelism()} cores.`
  const mend = `Allow ${MEMORY_BYTES_MIN / MIB} MiB or more.`
  return bytes < MEMORY_BYTES_MIN ? ill('memory', 'warn', found, mend) : well('memory', found)
}

/** What the system lets a process have. */
export const limitsCheck: Check = async () => [openFilesFinding(), memoryFinding()]
