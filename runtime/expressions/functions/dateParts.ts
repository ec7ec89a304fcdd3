import {
  civilDate,
  dayOfWeek,
  dayOfYear,
  epochDay,
  NANOS_OF_SECOND,
  SECONDS_OF_DAY,
  type DataType,
  type Value,
} from '../../rows/index.ts'
import { compilePattern } from '../../timepatterns/index.ts'
import { BIGINT, INT, STRING } from '../types.ts'
import type { FunctionCall, FunctionSpec } from './spec.ts'
import { readerOf } from './temporal.ts'

type PartOfDate = (days: number) => number
type PartOfClock = (nanos: number) => number

const year: PartOfDate = (days) => civilDate(days).year
const yearDay: PartOfDate = (days) => dayOfYear(civilDate(days))

/** Weeks start on Monday and the first has four days of the year; 0 before it. */
const weekOfYear: PartOfDate = (days) => Math.floor((yearDay(days) - dayOfWeek(days) + 10) / 7)

/** The Thursday of a week decides which year the week belongs to. */
const thursdayOf: PartOfDate = (days) => days - dayOfWeek(days) + 4

const DATE_PARTS: ReadonlyMap<string, PartOfDate> = new Map([
  ['YEAR', year],
  ['MONTH', (days: number) => civilDate(days).month],
  ['DAY', (days: number) => civilDate(days).day],
  ['QUARTER', (days: number) => Math.ceil(civilDate(days).month / 3)],
  ['WEEK', (days: number) => weekOfYear(thursdayOf(days))],
  ['ISOYEAR', (days: number) => year(thursdayOf(days))],
  ['DOW', (days: number) => dayOfWeek(days) % 7],
  ['DAYOFWEEK', (days: number) => dayOfWeek(days) % 7],
  ['ISODOW', dayOfWeek],
  ['DOY', yearDay],
  ['DAYOFYEAR', yearDay],
  ['DECADE', (days: number) => Math.floor(year(days) / 10)],
  ['CENTURY', (days: number) => Math.ceil(year(days) / 100)],
  ['MILLENNIUM', (days: number) => Math.ceil(year(days) / 1000)],
])

const second: PartOfClock = (nanos) => Math.floor(nanos / NANOS_OF_SECOND) % 60

const CLOCK_PARTS: ReadonlyMap<string, PartOfClock> = new Map([
  ['HOUR', (nanos: number) => Math.floor(nanos / NANOS_OF_SECOND / 3600)],
  ['MINUTE', (nanos: number) => Math.floor(nanos / NANOS_OF_SECOND / 60) % 60],
  ['SECOND', second],
  ['MILLISECOND', (nanos: number) => Math.floor((nanos % NANOS_OF_SECOND) / 1_000_000)],
  ['MILLISECONDS', (nanos: number) => Math.floor((nanos % (60 * NANOS_OF_SECOND)) / 1_000_000)],
  ['MICROSECONDS', (nanos: number) => Math.floor((nanos % (60 * NANOS_OF_SECOND)) / 1000)],
])

const dateFunction = (names: readonly string[], part: PartOfDate): FunctionSpec => ({
  names,
  parameters: ['dated'],
  type: INT,
  make: ({ args }) => {
    const { days } = readerOf(args[0]!.type)
    return (value: Value) => part(days(value))
  },
})

const clockFunction = (name: string): FunctionSpec => ({
  names: [name],
  parameters: ['clocked'],
  type: INT,
  make: ({ args }) => {
    const { nanos } = readerOf(args[0]!.type)
    const part = CLOCK_PARTS.get(name)!
    return (value: Value) => part(nanos(value))
  },
})

const nameFunction = (name: string, pattern: string): FunctionSpec => ({
  names: [name],
  parameters: ['dated'],
  type: STRING,
  make: ({ args }) => {
    const { days } = readerOf(args[0]!.type)
    const names = compilePattern(pattern)
    return (value: Value) => names.formatDate(days(value))
  },
})

const EPOCH = 'EPOCH'

const fieldOf = (call: FunctionCall): string => call.args[1]!.constant as string

/** EXTRACT(field FROM value); null when the value has no such field. */
const extract: FunctionSpec = {
  names: ['EXTRACT'],
  parameters: ['temporal', 'string'],
  type: (call): DataType => (fieldOf(call) === EPOCH ? BIGINT : INT),
  make: (call) => {
    const field = fieldOf(call)
    const { type } = call.args[0]!
    const { days, nanos } = readerOf(type)
    const datePart = DATE_PARTS.get(field)
    const clockPart = CLOCK_PARTS.get(field)
    if (field === EPOCH) {
      return (value: Value) =>
        BigInt(days(value) * SECONDS_OF_DAY + Math.floor(nanos(value) / NANOS_OF_SECOND))
    }
    if (datePart !== undefined) {
      return type.kind === 'time' ? () => null : (value: Value) => datePart(days(value))
    }
    if (clockPart !== undefined) {
      return type.kind === 'date' ? () => null : (value: Value) => clockPart(nanos(value))
    }
    const known = [...DATE_PARTS.keys(), ...CLOCK_PARTS.keys(), EPOCH].join(', ')
    return call.refuse(`EXTRACT knows no field ${field}: use one of ${known}.`)
  },
}

export const DATE_PART_FUNCTIONS: readonly FunctionSpec[] = [
  extract,
  dateFunction(['YEAR'], year),
  dateFunction(['MONTH'], DATE_PARTS.get('MONTH')!),
  dateFunction(['QUARTER'], DATE_PARTS.get('QUARTER')!),
  dateFunction(['DAY_OF_MONTH'], DATE_PARTS.get('DAY')!),
  dateFunction(['DAY_OF_WEEK'], dayOfWeek),
  dateFunction(['DAY_OF_YEAR'], yearDay),
  // SeaTunnel counts the days before the first full week as week 1, so all others are one higher.
  dateFunction(['WEEK'], (days) => weekOfYear(days) + 1),
  clockFunction('HOUR'),
  clockFunction('MINUTE'),
  clockFunction('SECOND'),
  nameFunction('DAYNAME', 'EEEE'),
  nameFunction('MONTHNAME', 'MMMM'),
]

/** The first day of the year, quarter, month or week, or the day itself. */
export const startOf = (days: number, unit: string): number | null => {
  const { year: ownYear, month } = civilDate(days)
  switch (unit) {
    case 'YEAR':
      return epochDay(ownYear, 1, 1)
    case 'QUARTER':
      return epochDay(ownYear, month - ((month - 1) % 3), 1)
    case 'MONTH':
      return epochDay(ownYear, month, 1)
    case 'WEEK':
      return days - dayOfWeek(days) + 1
    case 'DAY':
      return days
    default:
      return null
  }
}
