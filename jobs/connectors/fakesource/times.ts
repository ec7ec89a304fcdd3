import { Timestamp, type DataType, type Value } from '../../../runtime/rows/index.ts'
import type { ColumnGenerator } from './generator.ts'
import { WORD_SHARE } from './random.ts'

const DAY_MS = 86_400_000
const SECOND_NANOS = 1_000_000_000

/** The numbers that random dates and times are put together from. */
export interface TimeParts {
  readonly years: readonly number[]
  readonly months: readonly number[]
  readonly days: readonly number[]
  readonly hours: readonly number[]
  readonly minutes: readonly number[]
  readonly seconds: readonly number[]
}

/** Days since 1970-01-01 of every year and month that `parts` allows, and so that of their day 0. */
const monthStarts = (parts: TimeParts): readonly number[] =>
  parts.years.flatMap((year) =>
    parts.months.map((month) => {
      const date = new Date(0)
      date.setUTCFullYear(year, month - 1, 0)
      return date.getTime() / DAY_MS
    }),
  )

export const dates = (parts: TimeParts): ColumnGenerator => {
  const starts = monthStarts(parts)
  return (random, rowCount) => {
    const words = random.take(rowCount * 2)
    const values = new Int32Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = pick(starts, words[row * 2]!) + pick(parts.days, words[row * 2 + 1]!)
    }
    return { kind: 'int32', values, nulls: null }
  }
}

export const times =
  (parts: TimeParts): ColumnGenerator =>
  (random, rowCount) => {
    const words = random.take(rowCount * 3)
    const values = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = secondOfDay(parts, words, row * 3) * SECOND_NANOS
    }
    return { kind: 'float64', values, nulls: null }
  }

/** Local timestamps, or with `isZoned` ones in UTC. */
export const timestamps = (parts: TimeParts, isZoned: boolean): ColumnGenerator => {
  const starts = monthStarts(parts)
  return (random, rowCount) => {
    const words = random.take(rowCount * 5)
    const seconds = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      const at = row * 5
      const day = pick(starts, words[at]!) + pick(parts.days, words[at + 1]!)
      seconds[row] = (day * DAY_MS) / 1000 + secondOfDay(parts, words, at + 2)
    }
    const nanos = new Int32Array(rowCount)
    const offsets = isZoned ? new Int32Array(rowCount) : null
    return { kind: 'timestamp', seconds, nanos, offsets, nulls: null }
  }
}

const pick = (choices: readonly number[], word: number): number =>
  choices[Math.floor(word * WORD_SHARE * choices.length)]!

const secondOfDay = (parts: TimeParts, words: Uint32Array, at: number): number =>
  pick(parts.hours, words[at]!) * 3600 +
  pick(parts.minutes, words[at + 1]!) * 60 +
  pick(parts.seconds, words[at + 2]!)

const CURRENT: ReadonlyMap<DataType['kind'], string> = new Map([
  ['date', 'CURRENT_DATE'],
  ['time', 'CURRENT_TIME'],
  ['timestamp', 'CURRENT_TIMESTAMP'],
  ['timestamp_tz', 'CURRENT_TIMESTAMP'],
] as const)

/** Whether `text` stands for the present in a column of `type`, whatever its case. */
export const isCurrent = (type: DataType, text: unknown): boolean =>
  typeof text === 'string' && text.toUpperCase() === CURRENT.get(type.kind)

/** The present of this machine's time zone as a value of `type`, which `isCurrent` accepted. */
export const currentValue = (type: DataType, nowMs: number): Value => {
  const offsetSeconds = -60 * new Date(nowMs).getTimezoneOffset()
  const localMs = nowMs + offsetSeconds * 1000
  const nanos = (((nowMs % 1000) + 1000) % 1000) * 1_000_000
  switch (type.kind) {
    case 'date':
      return Math.floor(localMs / DAY_MS)
    case 'time':
      return (localMs - Math.floor(localMs / DAY_MS) * DAY_MS) * 1_000_000
    case 'timestamp':
      return new Timestamp(Math.floor(localMs / 1000), nanos)
    default:
      return new Timestamp(Math.floor(nowMs / 1000), nanos, offsetSeconds)
  }
}
