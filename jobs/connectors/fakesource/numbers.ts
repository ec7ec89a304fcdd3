import { Decimal, type Vector } from '../../../runtime/rows/index.ts'
import type { ColumnGenerator } from './generator.ts'
import { fraction, WORD_SHARE } from './random.ts'

/** Picks int32 values (tinyint, smallint, int, date) from `choices`. */
export const pickIntegers =
  (choices: readonly number[]): ColumnGenerator =>
  (random, rowCount) => {
    const words = random.take(rowCount)
    const values = new Int32Array(rowCount)
    const scale = choices.length * WORD_SHARE
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = choices[Math.floor(words[row]! * scale)]!
    }
    return { kind: 'int32', values, nulls: null }
  }

/** Uniform integers from `minimum` up to but without `maximum`; `minimum` when they are equal. */
export const rangeIntegers = (minimum: number, maximum: number): ColumnGenerator => {
  const scale = Math.max(1, maximum - minimum) * WORD_SHARE
  return (random, rowCount) => {
    const words = random.take(rowCount)
    const values = new Int32Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = minimum + Math.floor(words[row]! * scale)
    }
    return { kind: 'int32', values, nulls: null }
  }
}

/** `start`, `start + 1`, … by the number of the row. */
export const countIntegers =
  (start: number): ColumnGenerator =>
  (_random, rowCount, firstRow) => {
    const values = new Int32Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) values[row] = start + firstRow + row
    return { kind: 'int32', values, nulls: null }
  }

/** As `countIntegers`, for bigint columns. */
export const countBigints =
  (start: number): ColumnGenerator =>
  (_random, rowCount, firstRow) => {
    const values = new BigInt64Array(rowCount)
    const halves = new Int32Array(values.buffer)
    for (let row = 0; row < rowCount; row += 1) storeInteger(halves, row, start + firstRow + row)
    return { kind: 'int64', values, nulls: null }
  }

/** Writes a safe integer as an int64 without making a bigint. Every machine we run on is little-endian. */
const storeInteger = (halves: Int32Array, row: number, value: number): void => {
  const high = Math.floor(value / 0x1_0000_0000)
  halves[row * 2] = value - high * 0x1_0000_0000
  halves[row * 2 + 1] = high
}

export const pickBigints =
  (choices: readonly bigint[]): ColumnGenerator =>
  (random, rowCount) => {
    const words = random.take(rowCount)
    const values = new BigInt64Array(rowCount)
    const scale = choices.length * WORD_SHARE
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = choices[Math.floor(words[row]! * scale)]!
    }
    return { kind: 'int64', values, nulls: null }
  }

const INT64_RANGE = 0x7fff_ffff_ffff_ffffn

/** Uniform bigints from `minimum` up to but without `maximum`; `minimum` when they are equal. */
export const rangeBigints = (minimum: bigint, maximum: bigint): ColumnGenerator => {
  const range = maximum > minimum ? maximum - minimum : 1n
  if (minimum === 0n && range === INT64_RANGE) return anyPositiveBigints
  if (isSafe(minimum) && isSafe(maximum)) return safeBigints(Number(minimum), Number(range))
  return (random, rowCount) => {
    const words = random.take(rowCount * 2)
    const values = new BigInt64Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      const word = (BigInt(words[row * 2]!) << 32n) | BigInt(words[row * 2 + 1]!)
      values[row] = minimum + ((word * range) >> 64n)
    }
    return { kind: 'int64', values, nulls: null }
  }
}

const isSafe = (value: bigint): boolean =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) / 2n && value <= BigInt(Number.MAX_SAFE_INTEGER) / 2n

const anyPositiveBigints: ColumnGenerator = (random, rowCount) => {
  const words = random.take(rowCount * 2)
  const values = new BigInt64Array(rowCount)
  const halves = new Int32Array(values.buffer)
  for (let row = 0; row < rowCount; row += 1) {
    halves[row * 2] = words[row * 2]!
    halves[row * 2 + 1] = words[row * 2 + 1]! >>> 1
  }
  return { kind: 'int64', values, nulls: null }
}

const safeBigints =
  (minimum: number, range: number): ColumnGenerator =>
  (random, rowCount) => {
    const words = random.take(rowCount * 2)
    const values = new BigInt64Array(rowCount)
    const halves = new Int32Array(values.buffer)
    for (let row = 0; row < rowCount; row += 1) {
      const share = fraction(words[row * 2]!, words[row * 2 + 1]!)
      storeInteger(halves, row, minimum + Math.floor(share * range))
    }
    return { kind: 'int64', values, nulls: null }
  }

export const pickNumbers =
  (choices: readonly number[]): ColumnGenerator =>
  (random, rowCount) => {
    const words = random.take(rowCount)
    const values = new Float64Array(rowCount)
    const scale = choices.length * WORD_SHARE
    for (let row = 0; row < rowCount; row += 1) {
      values[row] = choices[Math.floor(words[row]! * scale)]!
    }
    return { kind: 'float64', values, nulls: null }
  }

/** Numbers from `minimum` to `maximum`, rounded to `digits` places where that is given. */
export const rangeDoubles = (
  minimum: number,
  maximum: number,
  digits: number | undefined,
): ColumnGenerator => {
  return (random, rowCount) => {
    const words = random.take(rowCount * 2)
    const values = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      const share = fraction(words[row * 2]!, words[row * 2 + 1]!)
      // Not minimum + share * range: a range from least to greatest double is infinite.
      values[row] = minimum * (1 - share) + maximum * share
    }
    if (digits !== undefined) roundAll(values, digits)
    return { kind: 'float64', values, nulls: null }
  }
}

/** As `rangeDoubles`, rounded to 32 bits. */
export const rangeFloats = (
  minimum: number,
  maximum: number,
  digits: number | undefined,
): ColumnGenerator => {
  return (random, rowCount) => {
    const words = random.take(rowCount)
    const values = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row += 1) {
      const share = words[row]! * WORD_SHARE
      values[row] = Math.fround(minimum * (1 - share) + maximum * share)
    }
    if (digits !== undefined) {
      roundAll(values, digits)
      for (let row = 0; row < rowCount; row += 1) values[row] = Math.fround(values[row]!)
    }
    return { kind: 'float64', values, nulls: null }
  }
}

const roundAll = (values: Float64Array, digits: number): void => {
  const power = 10 ** digits
  for (let row = 0; row < values.length; row += 1) {
    const scaled = values[row]! * power
    if (Number.isSafeInteger(Math.round(scaled))) values[row] = Math.round(scaled) / power
  }
}

const CHUNK_DIGITS = 15

/** Decimals with `precision` random digits, `scale` of them behind the point. */
export const decimals = (precision: number, scale: number): ColumnGenerator => {
  const chunks: number[] = []
  for (let left = precision; left > 0; left -= CHUNK_DIGITS) {
    chunks.push(10 ** Math.min(left, CHUNK_DIGITS))
  }
  return (random, rowCount): Vector => {
    const words = random.take(rowCount * chunks.length * 2)
    const values = new Array<Decimal>(rowCount)
    let at = 0
    for (let row = 0; row < rowCount; row += 1) {
      let unscaled = 0n
      for (const bound of chunks) {
        const part = Math.floor(fraction(words[at]!, words[at + 1]!) * bound)
        unscaled = unscaled * BigInt(bound) + BigInt(part)
        at += 2
      }
      values[row] = new Decimal(unscaled, scale)
    }
    return { kind: 'object', values, nulls: null }
  }
}

export const booleans: ColumnGenerator = (random, rowCount) => {
  const words = random.take(rowCount)
  const values = new Uint8Array(rowCount)
  for (let row = 0; row < rowCount; row += 1) values[row] = words[row]! >>> 31
  return { kind: 'boolean', values, nulls: null }
}
