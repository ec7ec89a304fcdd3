import {
  civilDate,
  epochDayOrNull,
  localSeconds,
  NANOS_OF_DAY,
  NANOS_OF_SECOND,
  SECONDS_OF_DAY,
  Timestamp,
} from '../../../runtime/rows/index.ts'
import { WireFault } from '../../wire/index.ts'
import type { ByteSink, ByteSource } from '../bytes/index.ts'

const SECONDS_OF_HOUR = 3600
const SECONDS_OF_MINUTE = 60
/** Java's largest offset. */
const OFFSET_SECONDS_MAX = 18 * SECONDS_OF_HOUR
const DAYS_MAX = 2 ** 31 - 1

export const isDays = (days: number): boolean =>
  Number.isInteger(days) && Math.abs(days) <= DAYS_MAX

export const isNanosOfDay = (nanos: number): boolean =>
  Number.isInteger(nanos) && nanos >= 0 && nanos < NANOS_OF_DAY

export const isWritable = (timestamp: Timestamp): boolean =>
  Number.isInteger(timestamp.nanos) &&
  timestamp.nanos >= 0 &&
  timestamp.nanos < NANOS_OF_SECOND &&
  Number.isInteger(timestamp.epochSeconds) &&
  Math.abs(timestamp.offsetSeconds ?? 0) <= OFFSET_SECONDS_MAX &&
  isDays(Math.floor(localSeconds(timestamp) / SECONDS_OF_DAY))

export const writeDate = (sink: ByteSink, days: number): void => {
  const { year, month, day } = civilDate(days)
  sink.i32(year)
  sink.u8(month)
  sink.u8(day)
}

export const writeTime = (sink: ByteSink, seconds: number, nanos: number): void => {
  sink.u8(Math.floor(seconds / SECONDS_OF_HOUR))
  sink.u8(Math.floor((seconds % SECONDS_OF_HOUR) / SECONDS_OF_MINUTE))
  sink.u8(seconds % SECONDS_OF_MINUTE)
  sink.i32(nanos)
}

/** Date and time, and the offset where there is one. */
export const writeTimestamp = (sink: ByteSink, timestamp: Timestamp): void => {
  const local = localSeconds(timestamp)
  const days = Math.floor(local / SECONDS_OF_DAY)
  writeDate(sink, days)
  writeTime(sink, local - days * SECONDS_OF_DAY, timestamp.nanos)
  if (timestamp.offsetSeconds !== null) sink.i32(timestamp.offsetSeconds)
}

export const readDate = (source: ByteSource): number => {
  const year = source.i32()
  const days = epochDayOrNull(year, source.u8(), source.u8())
  if (days === null) throw new WireFault('A date does not exist')
  return days
}

/** Nanoseconds of the day. */
export const readTime = (source: ByteSource): number => {
  const hour = source.u8()
  const minute = source.u8()
  const second = source.u8()
  const nanos = source.i32()
  if (hour > 23 || minute > 59 || second > 59 || nanos < 0 || nanos >= NANOS_OF_SECOND) {
    throw new WireFault('A time of day does not exist')
  }
  const seconds = hour * SECONDS_OF_HOUR + minute * SECONDS_OF_MINUTE + second
  return seconds * NANOS_OF_SECOND + nanos
}

export const readTimestamp = (source: ByteSource, hasOffset: boolean): Timestamp => {
  const days = readDate(source)
  const nanosOfDay = readTime(source)
  const seconds = Math.floor(nanosOfDay / NANOS_OF_SECOND)
  const offset = hasOffset ? source.i32() : null
  if (Math.abs(offset ?? 0) > OFFSET_SECONDS_MAX) throw new WireFault('An offset is too large')
  const epochSeconds = days * SECONDS_OF_DAY + seconds - (offset ?? 0)
  return new Timestamp(epochSeconds, nanosOfDay % NANOS_OF_SECOND, offset)
}
