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

/** Times 1,000 it is still below 2^53. */
const SMALL_MAX = 9_000_000_000_000n

/** Digits of base 10000 of the numeric being written, the lowest first; room for 10,000 places. */
const digits = new Int16Array(5000)

/** The most bytes that a numeric takes: four words and its digits. */
export const numericBytesMax = ({ unscaled, scale }: Decimal): number =>
  unscaled < SMALL_MAX && unscaled > -SMALL_MAX
    ? 20 + scale / 2
    : 24 + unscaled.toString().length + scale

/** Writes a numeric and returns its bytes. */
export const writeNumeric = (view: DataView, at: number, { unscaled, scale }: Decimal): number => {
  const negative = unscaled < 0n
  const padding = (4 - (scale % 4)) % 4
  const isSmall = unscaled < SMALL_MAX && unscaled > -SMALL_MAX
  const digitCount = isSmall
    ? smallToDigits(Math.abs(Number(unscaled)) * 10 ** padding)
    : largeToDigits((negative ? -unscaled : unscaled) * power(padding))
  let lowest = 0
  while (lowest < digitCount && digits[lowest] === 0) lowest += 1
  const count = digitCount - lowest
  view.setInt16(at, count)
  view.setInt16(at + 2, count === 0 ? 0 : digitCount - 1 - (scale + padding) / 4)
  view.setInt16(at + 4, negative ? SIGN_NEGATIVE : 0)
  view.setInt16(at + 6, scale)
  let next = at + 8
  for (let index = digitCount - 1; index >= lowest; index -= 1) {
    view.setInt16(next, digits[index]!)
    next += 2
  }
  return next - at
}

const smallToDigits = (magnitude: number): number => {
  let count = 0
  for (let rest = magnitude; rest > 0; count += 1) {
    const higher = Math.floor(rest / 10_000)
    digits[count] = rest - higher * 10_000
    rest = higher
  }
  return count
}

const largeToDigits = (magnitude: bigint): number => {
  let count = 0
  for (let rest = magnitude; rest > 0n; count += 1) {
    digits[count] = Number(rest % 10_000n)
    rest /= 10_000n
  }
  return count
}
