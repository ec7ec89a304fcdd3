import {
  civilDate,
  epochDay,
  localSeconds,
  daysInMonth,
  SECONDS_OF_DAY,
  Timestamp,
  type CivilDate,
  type DataType,
  type Value,
} from '../../rows/index.ts'
import { nanosOfDay } from '../castValues.ts'

const NANOS_OF_DAY = BigInt(SECONDS_OF_DAY) * 1_000_000_000n

/** Reads dates and clocks out of the values of one temporal type, as its own clock shows them. */
export interface TemporalReader {
  /** Days since 1970-01-01; 0 for a time. */
  readonly days: (value: Value) => number
  /** Nanoseconds since midnight; 0 for a date. */
  readonly nanos: (value: Value) => number
}

export const readerOf = (type: DataType): TemporalReader => {
  switch (type.kind) {
    case 'date':
      return { days: (value) => value as number, nanos: () => 0 }
    case 'time':
      return { days: () => 0, nanos: (value) => value as number }
    default:
      return {
        days: (value) => Math.floor(localSeconds(value as Timestamp) / SECONDS_OF_DAY),
        nanos: (value) => nanosOfDay(value as Timestamp),
      }
  }
}

/** The value of `type` on that day at that time; a timestamp keeps the offset of `like`. */
export const temporalOf = (type: DataType, days: number, nanos: number, like: Value): Value => {
  switch (type.kind) {
    case 'date':
      return days
    case 'time':
      return nanos
    default: {
      const seconds = Math.floor(nanos / 1_000_000_000)
      const offset = (like as Timestamp).offsetSeconds
      return new Timestamp(
        days * SECONDS_OF_DAY + seconds - (offset ?? 0),
        nanos - seconds * 1_000_000_000,
        offset,
      )
    }
  }
}

/** The date `months` later; the day is cut to the length of the month. */
export const plusMonths = (days: number, months: number): number => {
  const { year, month, day } = civilDate(days)
  const total = year * 12 + month - 1 + months
  const newYear = Math.floor(total / 12)
  const newMonth = total - newYear * 12 + 1
  return epochDay(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

/** Whole months from one date to another: negative when the other is before. */
export const monthsBetween = (from: CivilDate, to: CivilDate): number => {
  const months = (to.year - from.year) * 12 + to.month - from.month
  if (months > 0 && to.day < from.day) return months - 1
  return months < 0 && to.day > from.day ? months + 1 : months
}

/** Nanoseconds from one point to another. */
export const nanosBetween = (
  fromDays: number,
  fromNanos: number,
  toDays: number,
  toNanos: number,
): bigint => BigInt(toDays - fromDays) * NANOS_OF_DAY + BigInt(toNanos) - BigInt(fromNanos)
