import { Decimal, decimalFits, parseDecimal, type Vector } from '../../../runtime/rows/index.ts'
import { cellText, type CellParser, type Cells, type FailCell } from './cells.ts'

const ZERO = 48
const MINUS = 45
const PLUS = 43
const DOT = 46

/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const TWO_32 = 4294967296

/** Parses tinyint, smallint and int, or any other range within 32 bits. */
export const int32Parser =
  (lowest: number, highest: number): CellParser =>
  (cells, fail) => {
    const { bytes, starts, ends, nulls, rowCount } = cells
    const values = new Int32Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue
      let at = starts[row]!
      const end = ends[row]!
      const negative = bytes[at] === MINUS
      if (negative) at += 1
      let value = 0
      let fits = at < end && end - at <= 10
      while (fits && at < end) {
        const digit = bytes[at]! - ZERO
        fits = digit >= 0 && digit <= 9
        value = value * 10 + digit
        at += 1
      }
      if (negative) value = -value
      if (!fits) value = wholeOf(cellText(cells, row)) ?? Number.NaN
      if (value >= lowest && value <= highest) values[row] = value
      else fail(row)
    }
    return { kind: 'int32', values, nulls }
  }

/** A whole number in any notation (` 12`, `+12`, `12.0`, `1.2E1`), or null. */
const wholeOf = (text: string): number | null => {
  const decimal = parseDecimal(text.trim())
  if (decimal === null || !decimalFits(decimal, 10, 0)) return null
  return Number(decimal.unscaled / 10n ** BigInt(decimal.scale))
}

const INT64_LOWEST = -(2n ** 63n)
const INT64_HIGHEST = 2n ** 63n - 1n

export const int64Parser: CellParser = (cells, fail) => {
  const { bytes, starts, ends, nulls, rowCount } = cells
  const values = new BigInt64Array(rowCount)
  // Writing halves makes no bigint; fifteen digits are exact in a double.
  const halves = new Int32Array(values.buffer)
  for (let row = 0; row < rowCount; row += 1) {
    if (nulls !== null && nulls[row] === 1) continue
    let at = starts[row]!
    const end = ends[row]!
    const negative = bytes[at] === MINUS
    if (negative) at += 1
    let value = 0
    let fits = at < end && end - at <= 15
    while (fits && at < end) {
      const digit = bytes[at]! - ZERO
      fits = digit >= 0 && digit <= 9
      value = value * 10 + digit
      at += 1
    }
    if (fits) {
      if (negative) value = -value
      const high = Math.floor(value / TWO_32)
      halves[row * 2] = value - high * TWO_32
      halves[row * 2 + 1] = high
    } else {
      int64Slow(cells, row, values, fail)
    }
  }
  return { kind: 'int64', values, nulls }
}

const int64Slow = (cells: Cells, row: number, values: BigInt64Array, fail: FailCell): void => {
  const decimal = parseDecimal(cellText(cells, row).trim())
  if (decimal === null || !decimalFits(decimal, 19, 0)) return fail(row)
  const value = decimal.unscaled / 10n ** BigInt(decimal.scale)
  if (value < INT64_LOWEST || value > INT64_HIGHEST) return fail(row)
  values[row] = value
}

const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/

/** A double or float in Java's or JSON's notation, or null. */
export const parseDouble = (text: string): number | null => {
  const trimmed = text.trim()
  if (NUMBER_TEXT.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''))
  if (trimmed === 'NaN') return Number.NaN
  if (trimmed === 'Infinity' || trimmed === '+Infinity') return Number.POSITIVE_INFINITY
  return trimmed === '-Infinity' ? Number.NEGATIVE_INFINITY : null
}

/**
 * Parses double, and float when `round` is Math.fround. Fifteen digits and a power of ten below
 * 10^23 are both exact in a double, so one division rounds right; all else takes the slow path.
 */
export const float64Parser =
  (round: ((value: number) => number) | null): CellParser =>
  (cells, fail) => {
    const { bytes, starts, ends, nulls, rowCount } = cells
    const values = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue
      let at = starts[row]!
      const end = ends[row]!
      const negative = bytes[at] === MINUS
      if (negative || bytes[at] === PLUS) at += 1
      let value = 0
      let digits = 0
      let places = -1
      while (at < end) {
        const byte = bytes[at]!
        const digit = byte - ZERO
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit
          digits += 1
          if (places >= 0) places += 1
        } else if (byte === DOT && places < 0) {
          places = 0
        } else {
          break
        }
        at += 1
      }
      if (at === end && digits > 0 && digits <= 15) {
        if (places > 0) value /= EXACT_POWERS[places]!
        values[row] = negative ? -value : value
      } else {
        const parsed = parseDouble(cellText(cells, row))
        if (parsed === null) fail(row)
        else values[row] = parsed
      }
    }
    if (round !== null)
      for (let row = 0; row < rowCount; row += 1) values[row] = round(values[row]!)
    return { kind: 'float64', values, nulls }
  }

export const decimalParser =
  (precision: number, scale: number): CellParser =>
  (cells, fail): Vector => {
    const values = new Array<Decimal | null>(cells.rowCount)
    for (let row = 0; row < cells.rowCount; row += 1) {
      values[row] = null
      if (cells.nulls?.[row] === 1) continue
      const decimal = parseDecimal(cellText(cells, row).trim())
      if (decimal === null || !decimalFits(decimal, precision, scale)) fail(row)
      else values[row] = decimal
    }
    return { kind: 'object', values, nulls: null }
  }
