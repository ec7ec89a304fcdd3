import type { TableSchema } from '../../../runtime/rows/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { JsonValue } from '../../../runtime/config/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import type { TABLE_OPTIONS } from './spec.ts'
import type { TimeParts } from './times.ts'

type TableOptions = OptionsOf<typeof TABLE_OPTIONS>

/** Where values of one type come from: the template when there is one, else the range. */
export interface Range<Item> {
  readonly template: readonly Item[] | undefined
  readonly minimum: Item
  readonly maximum: Item
}

/** The options of one table, checked and without their text forms. */
export interface TableSettings {
  readonly tinyint: Range<number>
  readonly smallint: Range<number>
  readonly int: Range<number>
  readonly bigint: Range<bigint>
  readonly float: Range<number>
  readonly double: Range<number>
  readonly vectorItem: Range<number>
  readonly stringTemplate: readonly string[] | undefined
  readonly stringLength: number
  readonly bytesLength: number
  readonly arraySize: number
  readonly mapSize: number
  readonly dimension: number
  readonly binaryDimension: number
  readonly timeParts: TimeParts
  /** The columns that count rows, from `countFrom` on. */
  readonly countedColumns: ReadonlySet<string>
  readonly countFrom: number
}

/** Throws CFG-003 and CFG-005 for options that do not fit each other or their type. */
export const tableSettings = (
  options: TableOptions,
  schema: TableSchema,
  nowMs: number,
): TableSettings => {
  const binaryDimension = options['binary.vector.dimension']
  if (binaryDimension % 8 !== 0) {
    throw notAllowed(`binary.vector.dimension is ${binaryDimension}; give a multiple of 8`)
  }
  const stringTemplate = templateOf('string', options)
  const isCounted = options['auto.increment.enabled']
  return {
    tinyint: integerRange('tinyint', options, 2 ** 7),
    smallint: integerRange('smallint', options, 2 ** 15),
    int: integerRange('int', options, 2 ** 31),
    bigint: bigintRange(options),
    float: numberRange('float', options),
    double: numberRange('double', options),
    vectorItem: vectorItemRange(options),
    stringTemplate: stringTemplate as readonly string[] | undefined,
    stringLength: options['string.length'],
    bytesLength: options['bytes.length'],
    arraySize: options['array.size'],
    mapSize: options['map.size'],
    dimension: options['vector.dimension'],
    binaryDimension,
    timeParts: timeParts(options, nowMs),
    countedColumns: new Set(isCounted ? schema.primaryKey?.columnNames : []),
    countFrom: options['auto.increment.start'],
  }
}

const notAllowed = (sentence: string): EngineError =>
  new EngineError('CFG-005', `FakeSource: ${sentence}.`)

type TemplateKind = 'string' | 'tinyint' | 'smallint' | 'int' | 'bigint' | 'float' | 'double'
type NumberKind = 'tinyint' | 'smallint' | 'int' | 'float' | 'double'

const templateOf = (
  kind: TemplateKind,
  options: TableOptions,
): readonly JsonValue[] | undefined => {
  const template = options[`${kind}.template`]
  if (template !== undefined && template.length > 0) return template
  if (options[`${kind}.fake.mode`] === 'TEMPLATE') {
    throw new EngineError(
      'CFG-003',
      `FakeSource: ${kind}.fake.mode is TEMPLATE, so ${kind}.template must list the values.`,
    )
  }
  return undefined
}

const numberRange = (kind: NumberKind, options: TableOptions): Range<number> => {
  const minimum = options[`${kind}.min`]
  const maximum = options[`${kind}.max`]
  checkOrder(kind, minimum, maximum)
  return { template: templateOf(kind, options) as readonly number[] | undefined, minimum, maximum }
}

const checkOrder = (name: string, minimum: number | bigint, maximum: number | bigint): void => {
  if (minimum <= maximum) return
  throw notAllowed(`${name}.min ${minimum} is above ${name}.max ${maximum}`)
}

const integerRange = (
  kind: 'tinyint' | 'smallint' | 'int',
  options: TableOptions,
  limit: number,
): Range<number> => {
  const range = numberRange(kind, options)
  for (const value of [range.minimum, range.maximum, ...(range.template ?? [])]) {
    if (Number.isInteger(value) && value >= -limit && value < limit) continue
    throw notAllowed(`${value} is not a ${kind}; use whole numbers from ${-limit} to ${limit - 1}`)
  }
  return range
}

const bigintRange = (options: TableOptions): Range<bigint> => {
  const minimum = bigintOf('bigint.min', options['bigint.min'])
  const maximum = bigintOf('bigint.max', options['bigint.max'])
  checkOrder('bigint', minimum, maximum)
  const template = templateOf('bigint', options)?.map((value) => bigintOf('bigint.template', value))
  return { template, minimum, maximum }
}

const bigintOf = (key: string, written: JsonValue): bigint => {
  const text = typeof written === 'number' ? String(written) : written
  if (typeof text === 'string' && /^[+-]?\d{1,19}$/.test(text)) {
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) === value) return value
  }
  throw notAllowed(`${key} is ${JSON.stringify(written)}, which is not a whole number of 64 bits`)
}

const vectorItemRange = (options: TableOptions): Range<number> => {
  const minimum = options['vector.float.min']
  const maximum = options['vector.float.max']
  checkOrder('vector.float', minimum, maximum)
  return { template: undefined, minimum, maximum }
}

const upTo = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

const timeParts = (options: TableOptions, nowMs: number): TimeParts => {
  const part = (
    key: `date.${'year' | 'month' | 'day'}` | `time.${'hour' | 'minute' | 'second'}`,
    first: number,
    last: number,
    standard: readonly number[],
  ): readonly number[] => {
    const template = options[`${key}.template`]
    if (template === undefined || template.length === 0) return standard
    for (const value of template) {
      if (value >= first && value <= last) continue
      throw notAllowed(`${key}.template has ${value}; give numbers from ${first} to ${last}`)
    }
    return template
  }
  const parts = {
    years: part('date.year', 1, 9999, [new Date(nowMs).getFullYear()]),
    months: part('date.month', 1, 12, upTo(1, 12)),
    days: part('date.day', 1, 31, upTo(1, 28)),
    hours: part('time.hour', 0, 23, upTo(0, 23)),
    minutes: part('time.minute', 0, 59, upTo(0, 59)),
    seconds: part('time.second', 0, 59, upTo(0, 59)),
  }
  checkDays(parts)
  return parts
}

/** A day that a month lacks would turn up in the month after it. */
const checkDays = ({ years, months, days }: TimeParts): void => {
  const lastDay = Math.max(...days)
  for (const year of years) {
    for (const month of months) {
      const date = new Date(0)
      date.setUTCFullYear(year, month, 0)
      if (lastDay <= date.getUTCDate()) continue
      throw notAllowed(
        `date.day.template has ${lastDay}, which month ${month} of ${year} lacks; ` +
          'set date.month.template to longer months',
      )
    }
  }
}
