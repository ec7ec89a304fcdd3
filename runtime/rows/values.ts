/**
 * One value of a row, by its type:
 * null → null · boolean → boolean · tinyint, smallint, int, float, double → number (float rounded to
 * 32 bits) · bigint → bigint · decimal → Decimal · string → string · bytes → Uint8Array ·
 * date → number of days since 1970-01-01 · time → number of nanoseconds of the day ·
 * timestamp, timestamp_tz → Timestamp · array → array · map → Map · row → array in field order ·
 * binary_vector → Uint8Array · float_vector → Float32Array · float16_vector, bfloat16_vector →
 * Uint16Array of raw bits · sparse_float_vector → Map of index to number · any → whatever it is.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Timestamp
  | Uint8Array
  | Float32Array
  | Uint16Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>

/** An exact decimal: `unscaled` / 10^`scale`. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }
}

/**
 * A point on the time line with nanoseconds. `offsetSeconds` is null for a local timestamp, whose
 * `epochSeconds` count as if the local time were UTC; else it is the zone's distance from UTC, and
 * `epochSeconds` are true seconds since 1970-01-01T00:00:00Z.
 */
export class Timestamp {
  readonly epochSeconds: number
  readonly nanos: number
  readonly offsetSeconds: number | null

  constructor(epochSeconds: number, nanos: number, offsetSeconds: number | null = null) {
    this.epochSeconds = epochSeconds
    this.nanos = nanos
    this.offsetSeconds = offsetSeconds
  }
}

/** What a row does to the table: values of `Batch.kinds`. */
export const RowKind = { insert: 0, updateBefore: 1, updateAfter: 2, delete: 3 } as const
export type RowKind = (typeof RowKind)[keyof typeof RowKind]

/** The short names of row kinds, by value. */
export const ROW_KIND_SHORT_NAMES = ['+I', '-U', '+U', '-D'] as const
/** The long names of row kinds, by value. */
export const ROW_KIND_NAMES = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE'] as const
