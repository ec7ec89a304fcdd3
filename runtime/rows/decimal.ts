import { Decimal } from './values.ts'

/** More digits than any store keeps; bounds the work that a text such as `1e999999999` can cause. */
const DIGITS_MAX = 10_000

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/

/** 10^`exponent` for an exponent of 0 or more. */
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent)

const POWERS: readonly bigint[] = Array.from(
  { length: 40 },
  (_, exponent) => 10n ** BigInt(exponent),
)

/**
 * The decimal of a text such as `-12.50` or `1.2E3`, with as many places as are written; null when
 * it is not one. The scale is never negative: `1E3` is 1000.
 */
export const parseDecimal = (text: string): Decimal | null => {
  const match = DECIMAL_TEXT.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponentText] = match
  if (whole === '' && fraction === '') return null
  const scale = fraction.length - Number(exponentText ?? 0)
  if (whole.length + fraction.length > DIGITS_MAX || Math.abs(scale) > DIGITS_MAX) return null
  const digits = BigInt(whole + fraction)
  const magnitude = scale < 0 ? digits * powerOfTen(-scale) : digits
  return new Decimal(sign === '-' ? -magnitude : magnitude, Math.max(scale, 0))
}

/** Plain notation with `scale` places, never an exponent. */
export const formatDecimal = (decimal: Decimal): string => {
  const { unscaled, scale } = decimal
  if (scale === 0) return unscaled.toString()
  const negative = unscaled < 0n
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Negative, zero or positive, as `left` is below, equal to or above `right` by value. */
export const compareDecimal = (left: Decimal, right: Decimal): number => {
  const scale = Math.max(left.scale, right.scale)
  const difference = unscaledAt(left, scale) - unscaledAt(right, scale)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

export const addDecimal = (left: Decimal, right: Decimal): Decimal => {
  const scale = Math.max(left.scale, right.scale)
  return new Decimal(unscaledAt(left, scale) + unscaledAt(right, scale), scale)
}

export const subtractDecimal = (left: Decimal, right: Decimal): Decimal => {
  const scale = Math.max(left.scale, right.scale)
  return new Decimal(unscaledAt(left, scale) - unscaledAt(right, scale), scale)
}

export const multiplyDecimal = (left: Decimal, right: Decimal): Decimal =>
  new Decimal(left.unscaled * right.unscaled, left.scale + right.scale)

/** The quotient with `scale` places, rounded half up (away from zero); `right` must not be zero. */
export const divideDecimal = (left: Decimal, right: Decimal, scale: number): Decimal => {
  const shift = scale + right.scale - left.scale
  const dividend = shift > 0 ? left.unscaled * powerOfTen(shift) : left.unscaled
  const divisor = shift < 0 ? right.unscaled * powerOfTen(-shift) : right.unscaled
  return new Decimal(divideHalfUp(dividend, divisor), scale)
}

/** The decimal with exactly `scale` places, rounded half up (away from zero). */
export const rescaleDecimal = (decimal: Decimal, scale: number): Decimal => {
  if (scale === decimal.scale) return decimal
  if (scale > decimal.scale) return new Decimal(unscaledAt(decimal, scale), scale)
  return new Decimal(divideHalfUp(decimal.unscaled, powerOfTen(decimal.scale - scale)), scale)
}

/** The same value with the fewest places, so that equal values have equal parts. */
export const normalizeDecimal = (decimal: Decimal): Decimal => {
  let { unscaled, scale } = decimal
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n
    scale -= 1
  }
  return scale === decimal.scale ? decimal : new Decimal(unscaled, scale)
}

/** Whether the value has a place in decimal(`precision`, `scale`) without rounding. */
export const decimalFits = (decimal: Decimal, precision: number, scale: number): boolean => {
  const exact = decimal.scale <= scale ? decimal : normalizeDecimal(decimal)
  if (exact.scale > scale) return false
  const limit = powerOfTen(precision - scale + exact.scale)
  return exact.unscaled < limit && exact.unscaled > -limit
}

/** The decimal of the shortest text of `number`, as Java's BigDecimal.valueOf; null when not finite. */
export const decimalFromNumber = (number: number): Decimal | null => parseDecimal(String(number))

/** The nearest double. */
export const decimalToNumber = (decimal: Decimal): number => Number(formatDecimal(decimal))

const unscaledAt = (decimal: Decimal, scale: number): bigint =>
  scale === decimal.scale ? decimal.unscaled : decimal.unscaled * powerOfTen(scale - decimal.scale)

const divideHalfUp = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor
  const rest = dividend - quotient * divisor
  const twice = rest < 0n ? -2n * rest : 2n * rest
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}
