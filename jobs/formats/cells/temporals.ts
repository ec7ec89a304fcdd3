import {
  epochDayOrNull,
  parseDate,
  parseTime,
  parseTimestamp,
  type Timestamp,
} from '../../../runtime/rows/index.ts'
import { compilePattern, type TimePattern } from '../../../runtime/timepatterns/index.ts'
import { cellText, type CellParser } from './cells.ts'

/** The patterns of a job's date_format, datetime_format and time_format; undefined where not set. */
export interface TemporalFormats {
  readonly date?: string | undefined
  readonly datetime?: string | undefined
  readonly time?: string | undefined
}

/** What SeaTunnel means where a job says nothing: read, and written, by the ISO notation. */
const DEFAULT_PATTERNS: ReadonlySet<string | undefined> = new Set([
  undefined,
  '',
  'yyyy-MM-dd',
  'yyyy-MM-dd HH:mm:ss',
  'HH:mm:ss',
])

/** The compiled pattern, or null for the default one, which needs none. */
export const patternOf = (pattern: string | undefined): TimePattern | null =>
  DEFAULT_PATTERNS.has(pattern) ? null : compilePattern(pattern!)

const ZERO = 48
const DASH = 45
const COLON = 58
const DOT = 46
const BLANK = 32
const LETTER_T = 84
const SECONDS_OF_DAY = 86_400

const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at]! - ZERO
  const ones = bytes[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** The last days looked up: the rows of a file mostly have few different ones. */
const DAY_SLOTS = 1024
const slotDates = new Int32Array(DAY_SLOTS).fill(-1)
const slotDays = new Int32Array(DAY_SLOTS)

/** Days of `yyyy-MM-dd` at `at`, or null. */
const isoDays = (bytes: Uint8Array, at: number): number | null => {
  const century = twoDigits(bytes, at)
  const year = twoDigits(bytes, at + 2)
  const month = twoDigits(bytes, at + 5)
  const day = twoDigits(bytes, at + 8)
  if ((century | year | month | day) < 0) return null
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return null
  const date = (((century * 100 + year) << 4) | (month & 15)) * 32 + (day & 31)
  const slot = date & (DAY_SLOTS - 1)
  if (slotDates[slot] === date && month < 16 && day < 32) return slotDays[slot]!
  const days = epochDayOrNull(century * 100 + year, month, day)
  if (days === null) return null
  slotDates[slot] = date
  slotDays[slot] = days
  return days
}

/** Seconds of `HH:mm:ss` at `at`, or -1. */
const isoSeconds = (bytes: Uint8Array, at: number): number => {
  const hours = twoDigits(bytes, at)
  const minutes = twoDigits(bytes, at + 3)
  const seconds = twoDigits(bytes, at + 6)
  const valid = hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60
  return valid && seconds >= 0 && seconds < 60 && bytes[at + 2] === COLON && bytes[at + 5] === COLON
    ? hours * 3600 + minutes * 60 + seconds
    : -1
}

/** Nanoseconds of `.123456789` between `at` and `end`, 0 for nothing there, or -1. */
const isoNanos = (bytes: Uint8Array, at: number, end: number): number => {
  if (at === end) return 0
  const digits = end - at - 1
  if (bytes[at] !== DOT || digits < 1 || digits > 9) return -1
  let nanos = 0
  for (let index = at + 1; index < end; index += 1) {
    const digit = bytes[index]! - ZERO
    if (digit < 0 || digit > 9) return -1
    nanos = nanos * 10 + digit
  }
  return nanos * 10 ** (9 - digits)
}

/** A date in the job's pattern or in any notation that SeaTunnel knows; null when it is neither. */
export const dateOf = (text: string, pattern: TimePattern | null): number | null =>
  pattern?.parseDate(text) ?? parseDate(text)

export const timeOf = (text: string, pattern: TimePattern | null): number | null =>
  pattern?.parseTime(text) ?? parseTime(text)

export const timestampOf = (text: string, pattern: TimePattern | null): Timestamp | null =>
  pattern?.parseTimestamp(text) ?? parseTimestamp(text)

export const dateParser =
  (pattern: TimePattern | null): CellParser =>
  (cells, fail) => {
    const { bytes, starts, ends, nulls, rowCount } = cells
    const values = new Int32Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue
      const start = starts[row]!
      const fast = pattern === null && ends[row]! - start === 10 ? isoDays(bytes, start) : null
      const days = fast ?? dateOf(cellText(cells, row).trim(), pattern)
      if (days === null) fail(row)
      else values[row] = days
    }
    return { kind: 'int32', values, nulls }
  }

export const timeParser =
  (pattern: TimePattern | null): CellParser =>
  (cells, fail) => {
    const values = new Float64Array(cells.rowCount)
    for (let row = 0; row < cells.rowCount; row += 1) {
      if (cells.nulls?.[row] === 1) continue
      const nanos = timeOf(cellText(cells, row).trim(), pattern)
      if (nanos === null) fail(row)
      else values[row] = nanos
    }
    return { kind: 'float64', values, nulls: cells.nulls }
  }

/** Parses timestamp, or timestamp_tz when `zoned`; a text without a zone then means UTC. */
export const timestampParser =
  (pattern: TimePattern | null, zoned: boolean): CellParser =>
  (cells, fail) => {
    const { bytes, starts, ends, nulls, rowCount } = cells
    const seconds = new Float64Array(rowCount)
    const nanos = new Int32Array(rowCount)
    const offsets = zoned ? new Int32Array(rowCount) : null
    for (let row = 0; row < rowCount; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue
      const start = starts[row]!
      const end = ends[row]!
      if (pattern === null && end - start >= 19) {
        const separator = bytes[start + 10]
        if (separator === BLANK || separator === LETTER_T) {
          const days = isoDays(bytes, start)
          const second = isoSeconds(bytes, start + 11)
          const fraction = isoNanos(bytes, start + 19, end)
          if (days !== null && second >= 0 && fraction >= 0) {
            seconds[row] = days * SECONDS_OF_DAY + second
            nanos[row] = fraction
            continue
          }
        }
      }
      const timestamp = timestampOf(cellText(cells, row).trim(), pattern)
      if (timestamp === null) {
        fail(row)
        continue
      }
      const offset = timestamp.offsetSeconds ?? 0
      seconds[row] = zoned ? timestamp.epochSeconds : timestamp.epochSeconds + offset
      nanos[row] = timestamp.nanos
      if (offsets !== null) offsets[row] = offset
    }
    return { kind: 'timestamp', seconds, nanos, offsets, nulls }
  }
