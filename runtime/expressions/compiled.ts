import { EngineError } from '../errors/index.ts'
import type { Clock, Random } from '../host/index.ts'
import {
  constantVector,
  gather,
  valueAt,
  type Batch,
  type DataType,
  type TableSchema,
  type Value,
  type Vector,
} from '../rows/index.ts'

/** What functions such as NOW, RAND and UUID reach outside for. */
export interface ExpressionContext {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'next' | 'uuid'>
}

/** What names in an expression mean. */
export interface Scope {
  readonly table: TableSchema
  readonly context: ExpressionContext
}

/** An expression that is resolved and typed. It holds no state: many batches may go through it. */
export interface Compiled {
  readonly type: DataType
  /** A vector of `batch.rowCount` rows; an EngineError SQL-006 when a row cannot be computed. */
  readonly evaluate: (batch: Batch) => Vector
  /** The value that every row has; undefined when rows may differ. */
  readonly constant: Value | undefined
  /** True when some values make `evaluate` throw: then it must see only rows that need it. */
  readonly fallible: boolean
  /** True when the same row may give another value the next time. */
  readonly volatile: boolean
  /** The columns that it reads. */
  readonly columns: readonly number[]
}

export const constantOf = (type: DataType, value: Value): Compiled => {
  // Nearly all batches have the same size, so one vector serves them all.
  let vector: Vector | null = null
  let rowCount = -1
  const evaluate = (batch: Batch): Vector => {
    if (vector === null || rowCount !== batch.rowCount) {
      rowCount = batch.rowCount
      vector = constantVector(type, value, rowCount)
    }
    return vector
  }
  return { type, evaluate, constant: value, fallible: false, volatile: false, columns: [] }
}

/**
 * An expression over `parts`. What it reads and whether it may fail follow from them; when they are
 * all constant it is computed at once.
 */
export const derived = (
  type: DataType,
  parts: readonly Compiled[],
  evaluate: (batch: Batch) => Vector,
  own: { readonly fallible?: boolean; readonly volatile?: boolean } = {},
): Compiled => {
  const compiled: Compiled = {
    type,
    evaluate,
    constant: undefined,
    fallible: own.fallible === true || parts.some((part) => part.fallible),
    volatile: own.volatile === true || parts.some((part) => part.volatile),
    columns: [...new Set(parts.flatMap((part) => part.columns))],
  }
  const fixed = !compiled.volatile && parts.every((part) => part.constant !== undefined)
  return fixed ? fold(compiled) : compiled
}

const ONE_ROW: Batch = {
  table: { path: '', catalog: '', columns: [] },
  rowCount: 1,
  columns: [],
  kinds: null,
}

/** A constant that cannot be computed stays an expression: perhaps no row ever needs it. */
const fold = (compiled: Compiled): Compiled => {
  try {
    return constantOf(compiled.type, valueAt(compiled.evaluate(ONE_ROW), 0))
  } catch (thrown) {
    if (thrown instanceof EngineError) return compiled
    throw thrown
  }
}

/** The rows at `indices[0..count)` with only the columns that `compiled` reads. */
export const narrow = (
  batch: Batch,
  indices: Int32Array,
  count: number,
  compiled: Compiled,
): Batch => {
  const columns = [...batch.columns]
  for (const column of compiled.columns) columns[column] = gather(columns[column]!, indices, count)
  return { table: batch.table, rowCount: count, columns, kinds: null }
}
