import {
  civilDate,
  NANOS_OF_DAY,
  NANOS_OF_SECOND,
  SECONDS_OF_DAY,
  Timestamp,
  zoneOf,
  type DataType,
  type Value,
} from '../../rows/index.ts'
import { compilePattern, type TimePattern } from '../../timepatterns/index.ts'
import { BIGINT, BOOLEAN, DATE, STRING, TIME, TIMESTAMP } from '../types.ts'
import { startOf } from './dateParts.ts'
import type { FunctionCall, FunctionSpec } from './spec.ts'
import { monthsBetween, nanosBetween, plusMonths, readerOf, temporalOf } from './temporal.ts'

const CLOCK_UNIT_NANOS: ReadonlyMap<string, number> = new Map([
  ['HOUR', 3600 * NANOS_OF_SECOND],
  ['MINUTE', 60 * NANOS_OF_SECOND],
  ['SECOND', NANOS_OF_SECOND],
  ['MILLISECOND', 1_000_000],
])
const MONTHS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['YEAR', 12],
  ['QUARTER', 3],
  ['MONTH', 1],
])
const DAYS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['WEEK', 7],
  ['DAY', 1],
])

const typeOfFirst = ({ args }: FunctionCall): DataType => args[0]!.type

const unitOf = (unit: string | null): string => (unit ?? 'DAY').toUpperCase()

/** Adds units of the calendar or the clock. A time goes round at midnight. */
const addUnits = (call: FunctionCall) => {
  const type = typeOfFirst(call)
  const { days, nanos } = readerOf(type)
  const refuse = (unit: string): never =>
    call.fail(`${call.name} cannot add ${unit} to a ${type.kind}.`)
  return (value: Value, count: number, unitText: string | null = null): Value => {
    const unit = unitOf(unitText)
    const months = MONTHS_OF_UNIT.get(unit)
    const wholeDays = DAYS_OF_UNIT.get(unit)
    if (months !== undefined || wholeDays !== undefined) {
      if (type.kind === 'time') return refuse(unit)
      const moved =
        months === undefined
          ? days(value) + count * wholeDays!
          : plusMonths(days(value), count * months)
      return temporalOf(type, moved, nanos(value), value)
    }
    const unitNanos = CLOCK_UNIT_NANOS.get(unit)
    if (unitNanos === undefined || type.kind === 'date') return refuse(unit)
    const unitsOfDay = NANOS_OF_DAY / unitNanos
    const fullDays = Math.trunc(count / unitsOfDay)
    const total = nanos(value) + (count - fullDays * unitsOfDay) * unitNanos
    const carry = Math.floor(total / NANOS_OF_DAY)
    return temporalOf(type, days(value) + fullDays + carry, total - carry * NANOS_OF_DAY, value)
  }
}

/** Whole units from the first to the second; years, months and days look only at the dates. */
const countUnits = (call: FunctionCall) => {
  const [from, to] = call.args.map(({ type }) => readerOf(type)) as [
    ReturnType<typeof readerOf>,
    ReturnType<typeof readerOf>,
  ]
  return (first: Value, second: Value, unitText: string | null = null): bigint => {
    const unit = unitOf(unitText)
    const fromDays = from.days(first)
    const toDays = to.days(second)
    const months = MONTHS_OF_UNIT.get(unit)
    if (months !== undefined) {
      const between = monthsBetween(civilDate(fromDays), civilDate(toDays))
      return BigInt(Math.trunc(between / months))
    }
    if (unit === 'DAY') return BigInt(toDays - fromDays)
    const between = nanosBetween(fromDays, from.nanos(first), toDays, to.nanos(second))
    const day = BigInt(NANOS_OF_DAY)
    if (unit === 'WEEK') return between / (day * 7n)
    if (unit === 'DAYTIME') return between / day
    const unitNanos = CLOCK_UNIT_NANOS.get(unit)
    if (unitNanos !== undefined) return between / BigInt(unitNanos)
    return call.fail(`DATEDIFF knows no unit ${unit}.`)
  }
}

const truncate = (call: FunctionCall) => {
  const type = typeOfFirst(call)
  const { days, nanos } = readerOf(type)
  return (value: Value, unitText: string | null = null): Value => {
    const unit = unitOf(unitText)
    const start = startOf(days(value), unit)
    if (start !== null) return temporalOf(type, start, 0, value)
    const unitNanos = CLOCK_UNIT_NANOS.get(unit)
    if (unitNanos === undefined) return call.fail(`DATE_TRUNC knows no unit ${unit}.`)
    const clock = nanos(value)
    return temporalOf(type, days(value), clock - (clock % unitNanos), value)
  }
}

/** Compiles patterns and keeps the last one: nearly always it is the same for all rows. */
const patternCache = (): ((pattern: string) => TimePattern) => {
  let last: TimePattern | null = null
  return (pattern) => {
    if (last === null || last.pattern !== pattern) last = compilePattern(pattern)
    return last
  }
}

/** The text of a date, time or timestamp by a pattern. */
export const formatterOf = (type: DataType): ((value: Value, pattern: string) => string) => {
  const compile = patternCache()
  switch (type.kind) {
    case 'date':
      return (value, pattern) => compile(pattern).formatDate(value as number)
    case 'time':
      return (value, pattern) => compile(pattern).formatTime(value as number)
    default:
      return (value, pattern) => compile(pattern).formatTimestamp(value as Timestamp)
  }
}

/** What a pattern reads, as SeaTunnel tells it: years and minutes, years alone, minutes alone. */
const typeOfPattern = (call: FunctionCall): DataType => {
  const pattern = call.args[1]!.constant
  if (typeof pattern !== 'string') {
    return call.refuse(`${call.name} needs its pattern as a text in quotes.`)
  }
  if (pattern.includes('yy')) return pattern.includes('mm') ? TIMESTAMP : DATE
  if (pattern.includes('mm')) return TIME
  return call.refuse(`The pattern '${pattern}' has neither years (yy) nor minutes (mm).`)
}

const parserOf = (type: DataType, pattern: TimePattern): ((text: string) => Value) => {
  switch (type.kind) {
    case 'date':
      return (text) => pattern.parseDate(text)
    case 'time':
      return (text) => pattern.parseTime(text)
    default:
      return (text) => pattern.parseTimestamp(text)
  }
}

const parse = (call: FunctionCall) => {
  const pattern = call.args[1]!.constant as string
  const read = parserOf(typeOfPattern(call), compilePattern(pattern))
  return (text: string): Value =>
    read(text) ?? call.fail(`"${text}" is not written as '${pattern}'.`)
}

const isDate = (call: FunctionCall) => {
  const read = parserOf(typeOfPattern(call), compilePattern(call.args[1]!.constant as string))
  return (text: string): boolean => read(text) !== null
}

const fromUnixTime = ({ args }: FunctionCall) => {
  const format = formatterOf(TIMESTAMP)
  const zoneName = args[2]?.constant
  // A zone that does not exist is told before the first row.
  if (typeof zoneName === 'string') zoneOf(zoneName)
  return (seconds: bigint | number, pattern: string, zone: string | null = 'UTC'): string => {
    const instant = Number(seconds)
    return format(new Timestamp(instant + zoneOf(zone ?? 'UTC').offsetAt(instant), 0), pattern)
  }
}

const nowOf = ({ context }: FunctionCall): Timestamp => {
  const millis = context.clock.now()
  const seconds = Math.floor(millis / 1000)
  return new Timestamp(seconds, Math.round((millis - seconds * 1000) * 1_000_000))
}

/** The clock shows UTC: what a job computes does not depend on where its member runs. */
export const DATE_FUNCTIONS: readonly FunctionSpec[] = [
  {
    names: ['CURRENT_TIMESTAMP', 'NOW'],
    parameters: [],
    type: TIMESTAMP,
    volatile: 'batch',
    make: (call) => () => nowOf(call),
  },
  {
    names: ['CURRENT_DATE'],
    parameters: [],
    type: DATE,
    volatile: 'batch',
    make: (call) => () => Math.floor(nowOf(call).epochSeconds / SECONDS_OF_DAY),
  },
  {
    names: ['CURRENT_TIME'],
    parameters: [],
    type: TIME,
    volatile: 'batch',
    make: (call) => {
      const { nanos } = readerOf(TIMESTAMP)
      return () => nanos(nowOf(call))
    },
  },
  {
    names: ['DATEADD', 'TIMESTAMPADD'],
    parameters: ['temporal', 'integer'],
    optional: ['string'],
    type: typeOfFirst,
    fallible: true,
    make: addUnits,
  },
  {
    names: ['DATEDIFF'],
    parameters: ['temporal', 'temporal'],
    optional: ['string'],
    type: BIGINT,
    fallible: true,
    make: countUnits,
  },
  {
    names: ['DATE_TRUNC'],
    parameters: ['dated'],
    optional: ['string'],
    type: typeOfFirst,
    fallible: true,
    make: truncate,
  },
  {
    names: ['FORMATDATETIME'],
    parameters: ['temporal', 'string'],
    type: STRING,
    fallible: true,
    make: ({ args }) => {
      const pattern = args[1]!.constant
      if (typeof pattern === 'string') compilePattern(pattern)
      return formatterOf(args[0]!.type)
    },
  },
  {
    names: ['PARSEDATETIME', 'TO_DATE'],
    parameters: ['string', 'string'],
    type: typeOfPattern,
    fallible: true,
    make: parse,
  },
  { names: ['IS_DATE'], parameters: ['string', 'string'], type: BOOLEAN, make: isDate },
  {
    names: ['FROM_UNIXTIME'],
    parameters: ['numeric', 'string'],
    optional: ['string'],
    type: STRING,
    fallible: true,
    make: fromUnixTime,
  },
]
