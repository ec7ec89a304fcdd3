import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { stampOf } from '../../../jobs/logs/index.ts'
import type { TextStream } from '../terminal.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** Writes one line an event, with the time and how grave it is. */
export type Log = (level: LogLevel, text: string) => void

/** Lines on a terminal, or wherever its output goes. */
export const streamLog =
  (stream: TextStream, now: () => number): Log =>
  (level, text) => {
    const { color } = stream
    const paint = { info: color.green, warn: color.yellow, error: color.red }[level]
    stream.write(`${color.gray(stampOf(now()))} ${paint(level.padEnd(5))} ${text}\n`)
  }

/** A log file longer than this becomes `FILE.1`, that one `FILE.2`, and so on. */
const FILE_BYTES_MAX = 16 * 1024 * 1024
const OLD_FILES_MAX = 4

const rotate = (path: string): void => {
  for (let age = OLD_FILES_MAX; age > 0; age -= 1) {
    const younger = age === 1 ? path : `${path}.${age - 1}`
    if (existsSync(younger)) renameSync(younger, `${path}.${age}`)
  }
}

/** Lines at the end of a file that never takes more than 80 MiB with its older parts. */
export const fileLog = (path: string, now: () => number): Log => {
  let descriptor = openSync(path, 'a')
  let sizeBytes = fstatSync(descriptor).size
  return (level, text) => {
    if (sizeBytes > FILE_BYTES_MAX) {
      closeSync(descriptor)
      rotate(path)
      descriptor = openSync(path, 'a')
      sizeBytes = 0
    }
    sizeBytes += writeSync(descriptor, `${stampOf(now())} ${level.padEnd(5)} ${text}\n`)
  }
}
