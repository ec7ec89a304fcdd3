import { civilDate, epochDayOrNull, NANOS_OF_SECOND, SECONDS_OF_DAY } from './civil.ts'
import { Timestamp } from './values.ts'

/** Java's limit for a zone's distance from UTC. */
const OFFSET_SECONDS_MAX = 18 * 3600

const DATE = String.raw`([+-]?\d{4,7})([-/.])(\d{1,2})\2(\d{1,2})`
const TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`
const OFFSET = String.raw` ?([zZ]|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)(?:\[[\w/+-]+\])?`
const DATE_TEXT = new RegExp(`^${DATE}$`)
const COMPACT_DATE_TEXT = /^(\d{4})(\d{2})(\d{2})$/
const TIME_TEXT = new RegExp(`^${TIME}$`)
const TIMESTAMP_TEXT = new RegExp(`^${DATE}(?:[tT]| +)${TIME}(?:${OFFSET})?$`)
const COMPACT_TIMESTAMP_TEXT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/
const OFFSET_TEXT = /^([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/

/**
 * Days since 1970-01-01 of `2024-01-26`, `2024/1/26`, `20240126`, `+12024-01-26` or `-0044-03-15`;
 * null when the text is not a date or there is no such day.
 */
export const parseDate = (text: string): number | null => {
  const match = DATE_TEXT.exec(withoutHan(text))
  if (match !== null) return epochDayOrNull(Number(match[1]), Number(match[3]), Number(match[4]))
  const compact = COMPACT_DATE_TEXT.exec(text)
  if (compact === null) return null
  return epochDayOrNull(Number(compact[1]), Number(compact[2]), Number(compact[3]))
}

/** Nanoseconds of the day of `12:34`, `12:34:56` or `12:34:56.123456789`; null when it is not one. */
export const parseTime = (text: string): number | null => {
  const match = TIME_TEXT.exec(text)
  if (match === null) return null
  const seconds = secondsOfDay(match[1], match[2], match[3])
  return seconds === null ? null : seconds * NANOS_OF_SECOND + nanosOf(match[4])
}

/**
 * The timestamp of a date, `T` or a blank, a time, and maybe an offset (`Z`, `+08:00`, `+0800`);
 * without an offset it is a local one. Null when the text is not one or there is no such day.
 */
export const parseTimestamp = (text: string): Timestamp | null => {
  const match = TIMESTAMP_TEXT.exec(withoutHan(text))
  if (match === null) return parseCompactTimestamp(text)
  const days = epochDayOrNull(Number(match[1]), Number(match[3]), Number(match[4]))
  const seconds = secondsOfDay(match[5], match[6], match[7])
  if (days === null || seconds === null) return null
  const local = days * SECONDS_OF_DAY + seconds
  if (match[9] === undefined) return new Timestamp(local, nanosOf(match[8]))
  const offset = parseOffset(match[9])
  return offset === null ? null : new Timestamp(local - offset, nanosOf(match[8]), offset)
}

/** `2024年05月20日 12时34分56秒` with the marks of the other notations: SeaTunnel reads it too. */
const withoutHan = (text: string): string =>
  text.includes('年')
    ? text
        .replace(/[年月]/g, '-')
        .replace(/[时分]/g, ':')
        .replace(/[日秒]/g, '')
    : text

const parseCompactTimestamp = (text: string): Timestamp | null => {
  const match = COMPACT_TIMESTAMP_TEXT.exec(text)
  if (match === null) return null
  const days = epochDayOrNull(Number(match[1]), Number(match[2]), Number(match[3]))
  const seconds = secondsOfDay(match[4], match[5], match[6])
  return days === null || seconds === null
    ? null
    : new Timestamp(days * SECONDS_OF_DAY + seconds, 0)
}

/** Seconds east of UTC of `Z`, `+8`, `+08`, `+0800`, `-08:00` or `+08:00:30`; null when not one. */
export const parseOffset = (text: string): number | null => {
  if (text === 'Z' || text === 'z') return 0
  const match = OFFSET_TEXT.exec(text)
  if (match === null) return null
  const minutes = Number(match[3] ?? 0)
  const seconds = Number(match[4] ?? 0)
  const total = Number(match[2]) * 3600 + minutes * 60 + seconds
  if (minutes > 59 || seconds > 59 || total > OFFSET_SECONDS_MAX) return null
  return match[1] === '-' && total !== 0 ? -total : total
}

const secondsOfDay = (hourText?: string, minuteText?: string, secondText?: string) => {
  const hour = Number(hourText)
  const minute = Number(minuteText)
  const second = Number(secondText ?? 0)
  return hour > 23 || minute > 59 || second > 59 ? null : hour * 3600 + minute * 60 + second
}

const nanosOf = (fraction: string | undefined): number =>
  fraction === undefined ? 0 : Number(fraction.padEnd(9, '0'))

/** `2024-01-26`; a year of more than four digits has a sign, as in ISO 8601 and Java. */
export const formatDate = (days: number): string => {
  const { year, month, day } = civilDate(days)
  const digits = String(Math.abs(year)).padStart(4, '0')
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return `${sign}${digits}-${twoDigits(month)}-${twoDigits(day)}`
}

/** `12:34:56`, with a fraction of as many digits as it needs. */
export const formatTime = (nanosOfDay: number): string =>
  formatTimeOf(Math.floor(nanosOfDay / NANOS_OF_SECOND), nanosOfDay % NANOS_OF_SECOND)

const formatTimeOf = (seconds: number, nanos: number): string => {
  const minutes = Math.floor(seconds / 60)
  const clock = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${clock}:${twoDigits(seconds % 60)}${fraction}`
}

/** `2024-01-26T12:34:56.5`, with `Z` or `+08:00` when it has an offset; `separator` stands for `T`. */
export const formatTimestamp = (timestamp: Timestamp, separator = 'T'): string => {
  const local = localSeconds(timestamp)
  const days = Math.floor(local / SECONDS_OF_DAY)
  const time = formatTimeOf(local - days * SECONDS_OF_DAY, timestamp.nanos)
  const offset = timestamp.offsetSeconds
  return `${formatDate(days)}${separator}${time}${offset === null ? '' : formatOffset(offset)}`
}

/** `Z`, `+08:00` or `+08:05:43`. */
export const formatOffset = (offsetSeconds: number): string => {
  if (offsetSeconds === 0) return 'Z'
  const total = Math.abs(offsetSeconds)
  const minutes = Math.floor(total / 60)
  const seconds = total % 60 === 0 ? '' : `:${twoDigits(total % 60)}`
  const sign = offsetSeconds < 0 ? '-' : '+'
  return `${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}${seconds}`
}

/** Seconds that the clock on the wall shows, counted as if it showed UTC. */
export const localSeconds = (timestamp: Timestamp): number =>
  timestamp.epochSeconds + (timestamp.offsetSeconds ?? 0)

/** Below zero, zero or above zero as `left` is before, at or after `right` on the time line. */
export const compareTimestamp = (left: Timestamp, right: Timestamp): number =>
  left.epochSeconds - right.epochSeconds || left.nanos - right.nanos

const twoDigits = (number: number): string => (number < 10 ? `0${number}` : String(number))
