import { formatOffset, parseOffset } from '../rows/index.ts'

/** What a text of a date or time says; a parser fills it, a formatter reads it. */
export interface TimeParts {
  year: number
  month: number
  day: number
  /** 0 when a text does not give it. */
  dayOfYear: number
  /** 1 for Monday; a parser does not fill it, since the date decides. */
  dayOfWeek: number
  hour: number
  minute: number
  second: number
  nanos: number
  /** 0 before noon, 1 after; null when a text does not give it. */
  halfDay: 0 | 1 | null
  offsetSeconds: number | null
}

/** One piece of a pattern. `source` is a regular expression with one group when there is `read`. */
export interface PatternField {
  readonly source: string
  write(parts: TimeParts): string
  read?(parts: TimeParts, text: string): void
}

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')

export const literalField = (text: string): PatternField => ({
  source: text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`),
  write: () => text,
})

/**
 * The field of a pattern's letter written `width` times; null when Java has no such letter or we do
 * not support it. `adjacent`: another number follows at once, so this one has exactly `width` digits.
 */
export const fieldOf = (letter: string, width: number, adjacent: boolean): PatternField | null => {
  switch (letter) {
    case 'y':
    case 'u':
      return yearField(width, adjacent)
    case 'M':
    case 'L':
      return width > 2 ? nameField(MONTHS, 'month', width) : numberField('month', width, adjacent)
    case 'd':
      return numberField('day', width, adjacent)
    case 'D':
      return numberField('dayOfYear', width, adjacent, 3)
    case 'E':
      return nameField(WEEKDAYS, 'dayOfWeek', width)
    case 'H':
      return numberField('hour', width, adjacent)
    case 'k':
      return hourField(width, adjacent, 24, 1)
    case 'K':
      return hourField(width, adjacent, 12, 0)
    case 'h':
      return hourField(width, adjacent, 12, 1)
    case 'm':
      return numberField('minute', width, adjacent)
    case 's':
      return numberField('second', width, adjacent)
    case 'S':
      return width > 9 ? null : fractionField(width)
    case 'n':
      return numberField('nanos', width, adjacent, 9)
    case 'a':
      return halfDayField
    case 'X':
    case 'x':
    case 'Z':
      return offsetField(letter, width)
    default:
      return null
  }
}

type NumberPart = 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second' | 'nanos'

const numberField = (
  part: NumberPart,
  width: number,
  adjacent: boolean,
  digitsMax = 2,
): PatternField => ({
  source: digits(width, adjacent, digitsMax),
  write: (parts) => String(parts[part]).padStart(width, '0'),
  read: (parts, text) => {
    parts[part] = Number(text)
  },
})

const digits = (width: number, adjacent: boolean, digitsMax: number): string =>
  adjacent || width >= digitsMax
    ? String.raw`(\d{${width}})`
    : String.raw`(\d{${width},${digitsMax}})`

/** `yy` is a year from 2000 to 2099, as in Java. */
const yearField = (width: number, adjacent: boolean): PatternField => {
  if (width === 2) {
    return {
      source: String.raw`(\d{2})`,
      write: ({ year }) => String(Math.abs(year % 100)).padStart(2, '0'),
      read: (parts, text) => {
        parts.year = 2000 + Number(text)
      },
    }
  }
  return {
    source: adjacent ? String.raw`(\d{${width}})` : String.raw`([+-]?\d{${width},7})`,
    write: ({ year }) => {
      const text = String(Math.abs(year)).padStart(width, '0')
      return year < 0 ? `-${text}` : text.length > width && width > 3 ? `+${text}` : text
    },
    read: (parts, text) => {
      parts.year = Number(text)
    },
  }
}

/** An hour that counts to `hours`, from `first`: h, K and k. */
const hourField = (
  width: number,
  adjacent: boolean,
  hours: 12 | 24,
  first: 0 | 1,
): PatternField => ({
  source: digits(width, adjacent, 2),
  write: ({ hour }) => {
    const rest = hour % hours
    return String(first === 1 && rest === 0 ? hours : rest).padStart(width, '0')
  },
  read: (parts, text) => {
    const hour = Number(text)
    // An hour that is out of range must stay so, to be refused.
    parts.hour = hour === hours && first === 1 ? 0 : hour >= hours ? 99 : hour
  },
})

const fractionField = (width: number): PatternField => ({
  source: String.raw`(\d{${width}})`,
  write: ({ nanos }) => String(nanos).padStart(9, '0').slice(0, width),
  read: (parts, text) => {
    parts.nanos = Number(text.padEnd(9, '0'))
  },
})

/** English names: three letters, or all of them from four letters of the pattern on. */
const nameField = (
  names: readonly string[],
  part: 'month' | 'dayOfWeek',
  width: number,
): PatternField => {
  const written = width > 3 ? names : names.map((name) => name.slice(0, 3))
  const lowered = written.map((name) => name.toLowerCase())
  return {
    source: `(${written.join('|')})`,
    write: (parts) => written[parts[part] - 1]!,
    read: (parts, text) => {
      if (part === 'month') parts.month = lowered.indexOf(text.toLowerCase()) + 1
    },
  }
}

const halfDayField: PatternField = {
  source: '(AM|PM)',
  write: ({ halfDay }) => (halfDay === 1 ? 'PM' : 'AM'),
  read: (parts, text) => {
    parts.halfDay = text.toUpperCase() === 'PM' ? 1 : 0
  },
}

/** X, XX, XXX: `+08`, `+0800`, `+08:00`, with Z for zero; x the same without Z; Z: `+0800`. */
const offsetField = (letter: 'X' | 'x' | 'Z', width: number): PatternField => {
  const colon = letter === 'Z' ? width === 5 : width === 3 || width === 5
  const hoursOnly = letter !== 'Z' && width === 1
  return {
    source: String.raw`(Z|[+-]\d{2}(?::?\d{2}){0,2})`,
    write: ({ offsetSeconds }) => {
      if (offsetSeconds === null) return ''
      const zero = hoursOnly ? '+00' : '+00:00'
      const iso = formatOffset(offsetSeconds)
      const utc = letter === 'X' || (letter === 'Z' && width === 5) ? 'Z' : zero
      const text = iso === 'Z' ? utc : hoursOnly ? iso.replace(/:00$/, '') : iso
      return colon ? text : text.replaceAll(':', '')
    },
    read: (parts, text) => {
      parts.offsetSeconds = parseOffset(text)
    },
  }
}
