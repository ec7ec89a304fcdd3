import { Decimal } from '../rows/index.ts'

/** How a number is brought to fewer places; `up` is away from zero, `down` towards it. */
export type Rounding = 'up' | 'down' | 'ceiling' | 'floor' | 'halfUp'

/** The quotient with `scale` places, rounded away from zero as SeaTunnel does; `right` is not 0. */
export const divideUp = (left: Decimal, right: Decimal, scale: number): Decimal => {
  const shift = scale + right.scale - left.scale
  const dividend = shift > 0 ? left.unscaled * 10n ** BigInt(shift) : left.unscaled
  const divisor = shift < 0 ? right.unscaled * 10n ** BigInt(-shift) : right.unscaled
  return new Decimal(divideRounded(dividend, divisor, 'up'), scale)
}

/**
 * The decimal with `scale` places. A negative scale rounds before the point; the result then has
 * scale 0.
 */
export const roundDecimal = (decimal: Decimal, scale: number, rounding: Rounding): Decimal => {
  if (scale >= decimal.scale) {
    return new Decimal(decimal.unscaled * 10n ** BigInt(scale - decimal.scale), scale)
  }
  const rounded = divideRounded(decimal.unscaled, 10n ** BigInt(decimal.scale - scale), rounding)
  return scale < 0 ? new Decimal(rounded * 10n ** BigInt(-scale), 0) : new Decimal(rounded, scale)
}

const divideRounded = (dividend: bigint, divisor: bigint, rounding: Rounding): bigint => {
  const quotient = dividend / divisor
  const remainder = dividend % divisor
  if (remainder === 0n) return quotient
  const negative = dividend < 0n !== divisor < 0n
  const away = negative ? quotient - 1n : quotient + 1n
  switch (rounding) {
    case 'up':
      return away
    case 'down':
      return quotient
    case 'ceiling':
      return negative ? quotient : away
    case 'floor':
      return negative ? away : quotient
    case 'halfUp':
      return absolute(remainder) * 2n >= absolute(divisor) ? away : quotient
    default:
      return rounding satisfies never
  }
}

const absolute = (number: bigint): bigint => (number < 0n ? -number : number)
