import { EngineError } from '../errors/index.ts'
import {
  civilDate,
  dayOfWeek,
  dayOfYear,
  epochDayOrNull,
  NANOS_OF_SECOND,
  SECONDS_OF_DAY,
  localSeconds,
  Timestamp,
} from '../rows/index.ts'
import { fieldOf, literalField, type PatternField, type TimeParts } from './patternFields.ts'

/** More than any sensible pattern; patterns come from users and become regular expressions. */
const PATTERN_LENGTH_MAX = 200

/**
 * A pattern in the letters of Java's DateTimeFormatter, such as `yyyy-MM-dd HH:mm:ss.SSS`. The
 * parsers yield null for a text that does not match or names no real day or time; what a pattern
 * leaves out is 1970-01-01, midnight, no offset.
 */
export interface TimePattern {
  readonly pattern: string
  formatDate(epochDay: number): string
  formatTime(nanosOfDay: number): string
  formatTimestamp(timestamp: Timestamp): string
  parseDate(text: string): number | null
  parseTime(text: string): number | null
  /** A local timestamp unless the pattern has an offset and the text gives it. */
  parseTimestamp(text: string): Timestamp | null
}

/** Compiles a pattern once for many values. Throws ROW-003 where it is not a pattern. */
export const compilePattern = (pattern: string): TimePattern => {
  const fields = fieldsOf(pattern)
  const expression = new RegExp(`^${fields.map((field) => field.source).join('')}$`, 'i')
  const readers = fields.filter((field) => field.read !== undefined)
  const format = (parts: TimeParts): string => {
    let text = ''
    for (const field of fields) text += field.write(parts)
    return text
  }
  const parse = (text: string): TimeParts | null => {
    const match = expression.exec(text)
    if (match === null) return null
    const parts = emptyParts()
    for (const [index, field] of readers.entries()) {
      const written = match[index + 1]
      if (written !== undefined) field.read!(parts, written)
    }
    return parts
  }
  return {
    pattern,
    formatDate: (epochDay) => format(partsOf(epochDay, 0, 0, null)),
    formatTime: (nanosOfDay) =>
      format(
        partsOf(0, Math.floor(nanosOfDay / NANOS_OF_SECOND), nanosOfDay % NANOS_OF_SECOND, null),
      ),
    formatTimestamp: (timestamp) => {
      const local = localSeconds(timestamp)
      const days = Math.floor(local / SECONDS_OF_DAY)
      const seconds = local - days * SECONDS_OF_DAY
      return format(partsOf(days, seconds, timestamp.nanos, timestamp.offsetSeconds))
    },
    parseDate: (text) => {
      const parts = parse(text)
      return parts === null ? null : daysOf(parts)
    },
    parseTime: (text) => {
      const parts = parse(text)
      const seconds = parts === null ? null : secondsOf(parts)
      return seconds === null ? null : seconds * NANOS_OF_SECOND + parts!.nanos
    },
    parseTimestamp: (text) => {
      const parts = parse(text)
      const days = parts === null ? null : daysOf(parts)
      const seconds = parts === null ? null : secondsOf(parts)
      if (parts === null || days === null || seconds === null) return null
      const local = days * SECONDS_OF_DAY + seconds
      return new Timestamp(local - (parts.offsetSeconds ?? 0), parts.nanos, parts.offsetSeconds)
    },
  }
}

const fieldsOf = (pattern: string): PatternField[] => {
  if (pattern.length > PATTERN_LENGTH_MAX) throw malformed(pattern, 'it is too long')
  const fields: PatternField[] = []
  let depth = 0
  for (let at = 0; at < pattern.length;) {
    const letter = pattern[at]!
    if (letter === "'") {
      const end = closingQuote(pattern, at)
      const quoted = pattern.slice(at + 1, end).replaceAll("''", "'")
      fields.push(literalField(quoted === '' ? "'" : quoted))
      at = end + 1
    } else if (letter === '[' || letter === ']') {
      depth += letter === '[' ? 1 : -1
      if (depth < 0) throw malformed(pattern, 'a "]" has no "["')
      fields.push({ source: letter === '[' ? '(?:' : ')?', write: () => '' })
      at += 1
    } else if (/[a-zA-Z]/.test(letter)) {
      let end = at + 1
      while (pattern[end] === letter) end += 1
      const field = fieldOf(letter, end - at, isNumeric(pattern[end]))
      if (field === null) throw malformed(pattern, `"${pattern.slice(at, end)}" is not known`)
      fields.push(field)
      at = end
    } else {
      fields.push(literalField(letter))
      at += 1
    }
  }
  if (depth > 0) throw malformed(pattern, 'a "[" has no "]"')
  return fields
}

const closingQuote = (pattern: string, start: number): number => {
  let at = start + 1
  while (at < pattern.length) {
    if (pattern[at] === "'") {
      if (pattern[at + 1] !== "'" || at === start + 1) return at
      at += 1
    }
    at += 1
  }
  throw malformed(pattern, 'a quote is not closed')
}

const isNumeric = (letter: string | undefined): boolean =>
  letter !== undefined && 'yuMLdDHhkKmsSnA'.includes(letter)

const malformed = (pattern: string, why: string): EngineError =>
  new EngineError('ROW-003', `The date or time pattern "${pattern}" is not valid: ${why}.`)

const emptyParts = (): TimeParts => ({
  year: 1970,
  month: 1,
  day: 1,
  dayOfYear: 0,
  dayOfWeek: 0,
  hour: 0,
  minute: 0,
  second: 0,
  nanos: 0,
  halfDay: null,
  offsetSeconds: null,
})

const partsOf = (
  days: number,
  secondOfDay: number,
  nanos: number,
  offsetSeconds: number | null,
): TimeParts => {
  const date = civilDate(days)
  const hour = Math.floor(secondOfDay / 3600)
  return {
    ...date,
    dayOfYear: dayOfYear(date),
    dayOfWeek: dayOfWeek(days),
    hour,
    minute: Math.floor(secondOfDay / 60) % 60,
    second: secondOfDay % 60,
    nanos,
    halfDay: hour < 12 ? 0 : 1,
    offsetSeconds,
  }
}

const daysOf = (parts: TimeParts): number | null => {
  if (parts.dayOfYear === 0) return epochDayOrNull(parts.year, parts.month, parts.day)
  const first = epochDayOrNull(parts.year, 1, 1)
  return first === null ? null : first + parts.dayOfYear - 1
}

const secondsOf = (parts: TimeParts): number | null => {
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 59) return null
  const hour = parts.halfDay === null ? parts.hour : (parts.hour % 12) + parts.halfDay * 12
  return hour * 3600 + parts.minute * 60 + parts.second
}
