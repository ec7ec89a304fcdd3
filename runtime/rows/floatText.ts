/**
 * The text of a double by the rules of Java's Double.toString (JDK 19 and later): `1.0`, `1.0E10`,
 * `9.33333`, `NaN`, `Infinity`. The shortest digits that read back as the same double.
 */
export const formatDouble = (number: number): string => {
  if (Number.isInteger(number) && number < 1e7 && number > -1e7) {
    return Object.is(number, -0) ? '-0.0' : `${number}.0`
  }
  if (!Number.isFinite(number)) return String(number)
  return javaText(number, number.toExponential())
}

/** As `formatDouble`, for a number that was rounded to 32 bits: 3.1, not 3.0999999046325684. */
export const formatFloat = (number: number): string => {
  if (Number.isInteger(number) && number < 1e7 && number > -1e7) {
    return Object.is(number, -0) ? '-0.0' : `${number}.0`
  }
  if (!Number.isFinite(number)) return String(number)
  return javaText(number, shortestFloat(number))
}

/** The shortest decimal that rounds to the float `number`, as a JavaScript number. */
export const floatToDouble = (number: number): number =>
  Number.isFinite(number) ? Number(shortestFloat(number)) : number

const FLOAT_MIN_NORMAL = 2 ** -126

/**
 * Up to 6 digits always survive a trip through a normal float, so a shorter text is the one of 6
 * digits without its zeros; 9 always suffice.
 */
const shortestFloat = (number: number): string => {
  let digits = Math.abs(number) < FLOAT_MIN_NORMAL ? 1 : 6
  for (; digits < 9; digits += 1) {
    const text = number.toExponential(digits - 1)
    if (Math.fround(Number(text)) === number) return text
  }
  return number.toExponential(8)
}

/**
 * Java's layout of the digits in `shortest` (such as `-1.25e-7`). Java never writes fewer than two
 * digits, and takes the two that are nearest: 4.9E-324 where JavaScript has 5e-324.
 */
const javaText = (number: number, shortest: string): string => {
  const exponential = /^-?\de/.test(shortest) ? number.toExponential(1) : shortest
  const at = exponential.indexOf('e')
  const exponent = Number(exponential.slice(at + 1))
  const sign = number < 0 ? '-' : ''
  const digits = exponential.slice(sign.length, at).replace('.', '').replace(/0+$/, '')
  if (exponent >= 7 || exponent < -3) {
    return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}
