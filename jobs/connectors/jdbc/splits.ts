import { EngineError } from '../../../runtime/errors/index.ts'
import {
  compareDecimal,
  formatDecimal,
  formatText,
  parseDecimal,
  parseText,
  rescaleDecimal,
  type DataType,
  type Timestamp,
} from '../../../runtime/rows/index.ts'
import type { Session } from './session.ts'
import type { ReadTable } from './sourceTables.ts'
import type { JdbcSourceOptions } from './spec.ts'

/** A range of the split column: from `lower` on, below `upper`, in the notation of `formatText`. */
export interface SplitRange {
  readonly column: string | null
  readonly lower: string | null
  readonly upper: string | null
  /** Whether rows at `upper` belong to it too. */
  readonly upperIncluded: boolean
  /** Whether rows without a value belong to it instead. */
  readonly nullsOnly: boolean
}

const WHOLE: SplitRange = {
  column: null,
  lower: null,
  upper: null,
  upperIncluded: false,
  nullsOnly: false,
}

type SplitKind = 'number' | 'text' | 'time'

const KINDS: { readonly [kind: string]: SplitKind } = {
  tinyint: 'number',
  smallint: 'number',
  int: 'number',
  bigint: 'number',
  decimal: 'number',
  float: 'number',
  double: 'number',
  string: 'text',
  date: 'time',
  timestamp: 'time',
}

interface Plan {
  readonly session: Session
  readonly table: ReadTable
  readonly options: JdbcSourceOptions
  readonly column: string
  readonly type: DataType
  readonly kind: SplitKind
}

/** The condition of a range over the relation `q`; empty for all rows. */
export const rangeCondition = (session: Session, table: ReadTable, range: SplitRange): string => {
  if (range.column === null) return ''
  const { dialect } = session
  const name = `q.${dialect.quote(range.column)}`
  if (range.nullsOnly) return `${name} IS NULL`
  const { type } = columnOf(table, range.column)
  const conditions: string[] = []
  if (range.lower !== null) conditions.push(`${name} >= ${dialect.literal(type, range.lower)}`)
  if (range.upper !== null) {
    const comparison = range.upperIncluded ? '<=' : '<'
    conditions.push(`${name} ${comparison} ${dialect.literal(type, range.upper)}`)
  }
  return conditions.length === 0 ? `${name} IS NOT NULL` : conditions.join(' AND ')
}

/** Cuts a table into ranges that are read on their own, as the options ask. */
export const planSplits = async (
  session: Session,
  table: ReadTable,
  options: JdbcSourceOptions,
  parallelism: number,
): Promise<SplitRange[]> => {
  const column = splitColumn(table)
  if (column === undefined) return [WHOLE]
  const { type, nullable } = columnOf(table, column)
  const kind = KINDS[type.kind]!
  const plan: Plan = { session, table, options, column, type, kind }
  const { source } = table
  const isBounded = source.lowerBound !== undefined || source.upperBound !== undefined
  const number = source.partitionNumber ?? (isBounded ? parallelism : undefined)
  const boundaries =
    number === undefined ? await boundariesBySize(plan) : await boundariesByNumber(plan, number)
  const ranges = rangesOf(plan, boundaries)
  if (nullable && !isBounded && ranges.length > 0)
    ranges.push({ ...WHOLE, column, nullsOnly: true })
  return ranges
}

const splitColumn = (table: ReadTable): string | undefined => {
  const wanted = table.source.partitionColumn
  if (wanted === undefined) {
    // Without a table of its own, a query is not split unless it is asked for.
    return table.splitCandidates.find((name) => KINDS[columnOf(table, name).type.kind])
  }
  const found = table.columns.find(
    ({ column }) => column.name.toLowerCase() === wanted.toLowerCase(),
  )?.column
  if (found === undefined) {
    const names = table.columns.map(({ column }) => column.name).join(', ')
    throw new EngineError(
      'JDB-005',
      `partition_column ${wanted} is not a column of ${table.schema.path}: it has ${names}.`,
    )
  }
  if (KINDS[found.type.kind] === undefined) {
    throw new EngineError(
      'JDB-005',
      `partition_column ${wanted} has type ${found.type.kind}: splits need a number, text or date.`,
    )
  }
  return found.name
}

const columnOf = (table: ReadTable, name: string): ReadTable['schema']['columns'][number] =>
  table.schema.columns.find((column) => column.name === name)!

/** Inner boundaries between ranges, ascending. The outer ends are open or those of the options. */
const rangesOf = ({ table, column }: Plan, boundaries: readonly string[]): SplitRange[] => {
  const { lowerBound = null, upperBound = null } = table.source
  const starts = [lowerBound, ...boundaries]
  return starts.map((lower, index) => {
    const isLast = index === boundaries.length
    const upper = isLast ? upperBound : boundaries[index]!
    return { ...WHOLE, column, lower, upper, upperIncluded: isLast && upperBound !== null }
  })
}

/** `number` ranges of equal width, or of equal numbers of rows for texts. */
const boundariesByNumber = async (plan: Plan, number: number): Promise<string[]> => {
  if (number <= 1) return []
  if (plan.kind === 'text') {
    const rows = await countRows(plan)
    return rows <= number ? [] : quantiles(plan, Math.ceil(rows / number), 1)
  }
  const limits = await limitsOf(plan)
  return limits === undefined ? [] : evenBoundaries(plan, limits, number)
}

/** Ranges of about split.size rows. */
const boundariesBySize = async (plan: Plan): Promise<string[]> => {
  const { options, kind } = plan
  const size = options['split.size']
  const rows = await countRows(plan)
  if (rows <= size) return []
  const pieces = Math.ceil(rows / size)
  if (kind !== 'text') {
    const limits = await limitsOf(plan)
    if (limits === undefined) return []
    const width = limits.highest - limits.lowest + 1
    const factor = width / rows
    const isEven =
      kind === 'time' ||
      (factor >= options['split.even-distribution.factor.lower-bound'] &&
        factor <= options['split.even-distribution.factor.upper-bound'])
    if (isEven) return evenBoundaries(plan, limits, pieces)
  }
  const isSampled = pieces > options['split.sample-sharding.threshold']
  const rate = isSampled ? Math.min(options['split.inverse-sampling.rate'], size) : 1
  return quantiles(plan, size, rate)
}

const countRows = async ({ session, table, options }: Plan): Promise<number> => {
  const { dialect, connection } = session
  if (table.name !== undefined && !options.use_select_count) {
    const estimate = await dialect.estimateRows(connection, table.name)
    if (estimate !== undefined) return estimate
  }
  const { rows } = await connection.query(`SELECT COUNT(*) FROM ${table.relation} AS q`)
  return Number(rows[0]![0])
}

interface Limits {
  /** As text, and as a number that orders like it: only for the width. */
  readonly from: string
  readonly to: string
  readonly lowest: number
  readonly highest: number
}

const limitsOf = async (plan: Plan): Promise<Limits | undefined> => {
  const { session, table, column, type } = plan
  const { dialect, connection } = session
  const name = `q.${dialect.quote(column)}`
  const { lowerBound, upperBound } = table.source
  let from = lowerBound
  let to = upperBound
  if (from === undefined || to === undefined) {
    const { rows } = await connection.query(
      `SELECT ${dialect.asText(`MIN(${name})`)}, ${dialect.asText(`MAX(${name})`)} ` +
        `FROM ${table.relation} AS q`,
    )
    const [least, most] = rows[0]!
    if (least === null || most === null) return undefined
    from ??= String(least)
    to ??= String(most)
  }
  return { from, to, lowest: positionOf(type, from), highest: positionOf(type, to) }
}

/** Where a value stands on the number line: days for dates, seconds for timestamps. */
const positionOf = (type: DataType, text: string): number => {
  if (type.kind === 'date') return parseText(type, text) as number
  if (type.kind === 'timestamp') return (parseText(type, text) as Timestamp).epochSeconds
  return Number(text)
}

/** `pieces - 1` boundaries at equal distances, without those that fall together. */
const evenBoundaries = (plan: Plan, limits: Limits, pieces: number): string[] => {
  const { type, kind } = plan
  const boundaries = new Set<string>()
  if (kind === 'time') {
    const width = limits.highest - limits.lowest + 1
    for (let piece = 1; piece < pieces; piece += 1) {
      boundaries.add(timeText(type, limits.lowest + Math.ceil((width * piece) / pieces)))
    }
    return [...boundaries].filter((text) => positionOf(type, text) <= limits.highest)
  }
  const scale = type.kind === 'decimal' ? type.scale : type.kind === 'double' ? 6 : 0
  const from = parseDecimal(limits.from)
  const to = parseDecimal(limits.to)
  if (from === null || to === null) return []
  const low = rescaleDecimal(from, scale).unscaled
  const width = rescaleDecimal(to, scale).unscaled - low + 1n
  for (let piece = 1; piece < pieces; piece += 1) {
    const step = (width * BigInt(piece) + BigInt(pieces) - 1n) / BigInt(pieces)
    boundaries.add(formatDecimal({ unscaled: low + step, scale }))
  }
  return [...boundaries].filter((text) => compareDecimal(parseDecimal(text)!, to) <= 0)
}

const timeText = (type: DataType, position: number): string =>
  type.kind === 'date'
    ? formatText(type, position)
    : formatText(type, { epochSeconds: position, nanos: 0, offsetSeconds: null } as never)

/** The value of each `size`-th row in the column's order, of one in `rate` rows. */
const quantiles = async (plan: Plan, size: number, rate: number): Promise<string[]> => {
  const { session, table, column } = plan
  const { dialect, connection } = session
  const name = `q.${dialect.quote(column)}`
  const { lowerBound, upperBound } = table.source
  const range = rangeCondition(session, table, {
    ...WHOLE,
    column,
    lower: lowerBound ?? null,
    upper: upperBound ?? null,
  })
  const sampled = rate > 1 ? ` AND ${dialect.sampleCondition(rate)}` : ''
  const step = Math.max(1, Math.round(size / rate))
  const { rows } = await connection.query(
    `SELECT DISTINCT ${dialect.asText('s.v')} FROM (` +
      `SELECT ${name} AS v, ROW_NUMBER() OVER (ORDER BY ${name}) AS n ` +
      `FROM ${table.relation} AS q WHERE ${range}${sampled}) AS s ` +
      `WHERE s.n > ${step} AND s.n % ${step} = 1 % ${step}`,
  )
  return orderedBoundaries(
    plan,
    rows.map(([value]) => String(value)),
  )
}

/** The database orders texts by its collation, so it is asked for the order too. */
const orderedBoundaries = async (plan: Plan, values: readonly string[]): Promise<string[]> => {
  if (values.length === 0) return []
  const { session, table, column, type } = plan
  const { dialect, connection } = session
  const name = `q.${dialect.quote(column)}`
  const list = values.map((value) => dialect.literal(type, value)).join(', ')
  const { rows } = await connection.query(
    `SELECT ${dialect.asText(name)} FROM ${table.relation} AS q WHERE ${name} IN (${list}) ` +
      `GROUP BY ${name} ORDER BY ${name}`,
  )
  return rows.map(([value]) => String(value))
}
