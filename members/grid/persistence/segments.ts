import type { Disk } from '../../../runtime/host/index.ts'

/** A file of a log. They are written one after the other and removed from the oldest on. */
export interface Segment {
  readonly number: number
  readonly path: string
  readonly sizeBytes: number
}

/** How long logs become. */
export interface LogSizes {
  /** A longer segment is closed: larger ones make removing them rarer, smaller ones waste less. */
  readonly segmentBytes: number
  /** A shorter log is left as it is. */
  readonly logBytesMin: number
}

export const LOG_SIZES: LogSizes = {
  segmentBytes: 16 * 1024 * 1024,
  logBytesMin: 32 * 1024 * 1024,
}

const DIGITS = 10
const PATTERN = /^(\d+)\.log$/

export const segmentPath = (folder: string, number: number): string =>
  `${folder}/${String(number).padStart(DIGITS, '0')}.log`

/** The segments of a folder, oldest first; none where no folder is. */
export const listSegments = async (disk: Disk, folder: string): Promise<Segment[]> => {
  if ((await disk.stat(folder)) === undefined) return []
  const found: Segment[] = []
  for (const { name } of await disk.list(folder)) {
    const number = PATTERN.exec(name)?.[1]
    if (number === undefined) continue
    const path = `${folder}/${name}`
    const sizeBytes = (await disk.stat(path))?.sizeBytes ?? 0
    found.push({ number: Number(number), path, sizeBytes })
  }
  return found.sort((left, right) => left.number - right.number)
}

/** Cuts off what a crash left half written. */
export const cutSegment = async (disk: Disk, path: string, lengthBytes: number): Promise<void> => {
  const file = await disk.open(path, 'update')
  try {
    await file.truncate(lengthBytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
