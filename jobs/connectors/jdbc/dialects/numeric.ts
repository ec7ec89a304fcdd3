import { Decimal } from '../../../../runtime/rows/index.ts'

/**
 * PostgreSQL's binary numeric: 16-bit words of the number of base-10000 digits, the weight of the
 * first one, the sign, the number of decimal places shown, then the digits
 * (src/backend/utils/adt/numeric.c, numeric_send).
 */
const SIGN_NEGATIVE = 0x4000
const SIGN_NAN = 0xc000
/** Three digits of base 10000 and four more stay below 2^53. */
const SAFE_DIGITS = 3

/** Undefined for NaN and the infinities, which no decimal holds. */
export const readNumeric = (view: DataView, at: number): Decimal | undefined => {
  const digitCount = view.getInt16(at)
  const weight = view.getInt16(at + 2)
  const sign = view.getUint16(at + 4)
  const scale = view.getUint16(at + 6)
  if ((sign & SIGN_NAN) === SIGN_NAN) return undefined
  const magnitude =
    digitCount <= SAFE_DIGITS
      ? smallDigits(view, at + 8, digitCount)
      : largeDigits(view, at + 8, digitCount)
  // The digits count in units of 10000^(weight - digitCount + 1).
  const places = (digitCount - 1 - weight) * 4
  const unscaled = shift(magnitude, scale - places)
  return new Decimal(sign === SIGN_NEGATIVE ? -unscaled : unscaled, scale)
}

const smallDigits = (view: DataView, at: number, count: number): bigint => {
  let magnitude = 0
  for (let digit = 0; digit < count; digit += 1) {
    magnitude = magnitude * 10_000 + view.getInt16(at + digit * 2)
  }
  return BigInt(magnitude)
}

const largeDigits = (view: DataView, at: number, count: number): bigint => {
  let magnitude = 0n
  let digit = 0
  for (; digit + SAFE_DIGITS <= count; digit += SAFE_DIGITS) {
    magnitude = magnitude * 1_000_000_000_000n + smallDigits(view, at + digit * 2, SAFE_DIGITS)
  }
  for (; digit < count; digit += 1) {
    magnitude = magnitude * 10_000n + BigInt(view.getInt16(at + digit * 2))
  }
  return magnitude
}

const POWERS = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent))
const power = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent)

const shift = (magnitude: bigint, places: number): bigint =>
  places >= 0 ? magnitude * power(places) : magnitude / power(-places)

/** The words of a numeric, sign included. */
export const numericWords = ({ unscaled, scale }: Decimal): number[] => {
  const negative = unscaled < 0n
  const padding = (4 - (scale % 4)) % 4
  let rest = (negative ? -unscaled : unscaled) * power(padding)
  const digits: number[] = []
  while (rest > 0n) {
    if (rest <= 9_007_199_254_740_991n) {
      for (let number = Number(rest); number > 0; number = Math.floor(number / 10_000)) {
        digits.push(number % 10_000)
      }
      break
    }
    digits.push(Number(rest % 10_000n))
    rest /= 10_000n
  }
  const weight = digits.length - 1 - (scale + padding) / 4
  digits.reverse()
  while (digits.length > 0 && digits.at(-1) === 0) digits.pop()
  return [
    digits.length,
    digits.length === 0 ? 0 : weight,
    negative ? SIGN_NEGATIVE : 0,
    scale,
    ...digits,
  ]
}
