import type { DiskFile, Host } from '../../runtime/host/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The log files of this member: its own and one for each job that it knows. */
export interface JobLogs {
  /** Adds a line; written soon, in order. A line that cannot be written is lost. */
  append(jobId: string, level: LogLevel, text: string): void
  /** The names of the files, in name order. */
  names(): Promise<readonly string[]>
  /** The text of a file, its end where it is long; undefined where there is none of that name. */
  read(name: string): Promise<string | undefined>
  /** Removes the file of a job that is known no more. */
  remove(jobId: string): Promise<void>
  /** Resolves when all lines are written. */
  close(): Promise<void>
}

/** A file that is longer takes no more lines: a job that says so much says little. */
const FILE_BYTES_MAX = 16 * 1024 * 1024
/** What is shown of a file. */
const SHOWN_BYTES_MAX = 1024 * 1024
/** Lines that may wait for the disk, of one job. */
const WAITING_MAX = 10_000

const NAME = /^[\w-]+(?:\.[\w-]+)*\.log$/

const fileOf = (jobId: string): string => `job-${jobId}.log`

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The time as lines of a log begin with it: UTC, to the millisecond. */
export const stampOf = (nowMs: number): string =>
  new Date(nowMs).toISOString().replace('T', ' ').replace('Z', '')

interface Waiting {
  lines: string[]
  isWriting: boolean
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof EngineError && thrown.code === 'HST-001'

const tailOf = async (file: DiskFile, sizeBytes: number): Promise<string> => {
  const start = Math.max(0, sizeBytes - SHOWN_BYTES_MAX)
  const bytes = new Uint8Array(sizeBytes - start)
  let filled = 0
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled), start + filled)
    if (count === 0) break
    filled += count
  }
  const text = decoder.decode(bytes.subarray(0, filled))
  // The first line is cut where the file is longer.
  return start === 0 ? text : text.slice(text.indexOf('\n') + 1)
}

/** Log files in a folder, made when the first line comes. */
export const createJobLogs = ({ clock, disk }: Host, folder: string): JobLogs => {
  const waiting = new Map<string, Waiting>()
  let writes: Promise<void> = Promise.resolve()

  const write = async (jobId: string, queue: Waiting): Promise<void> => {
    const text = queue.lines.splice(0).join('')
    queue.isWriting = false
    waiting.delete(jobId)
    const path = `${folder}/${fileOf(jobId)}`
    await disk.makeFolder(folder)
    if (((await disk.stat(path))?.sizeBytes ?? 0) > FILE_BYTES_MAX) return
    const file = await disk.open(path, 'append')
    try {
      await file.write(encoder.encode(text))
    } finally {
      await file.close()
    }
  }
  const append: JobLogs['append'] = (jobId, level, text) => {
    const queue = waiting.get(jobId) ?? { lines: [], isWriting: false }
    waiting.set(jobId, queue)
    if (queue.lines.length >= WAITING_MAX) return
    queue.lines.push(`${stampOf(clock.now())} ${level.padEnd(5)} ${text}\n`)
    if (queue.isWriting) return
    queue.isWriting = true
    // A full disk must not stop a job: its log is what can be done without.
    writes = writes.then(() => write(jobId, queue)).catch(() => undefined)
  }
  return {
    append,
    names: async () => {
      try {
        const entries = await disk.list(folder)
        return entries.map(({ name }) => name).filter((name) => NAME.test(name))
      } catch (thrown) {
        if (isMissing(thrown)) return []
        throw thrown
      }
    },
    read: async (name) => {
      if (!NAME.test(name)) return undefined
      const path = `${folder}/${name}`
      const stat = await disk.stat(path)
      if (stat === undefined) return undefined
      const file = await disk.open(path, 'read')
      try {
        return await tailOf(file, stat.sizeBytes)
      } finally {
        await file.close()
      }
    },
    remove: (jobId) => disk.remove(`${folder}/${fileOf(jobId)}`),
    close: () => writes,
  }
}
