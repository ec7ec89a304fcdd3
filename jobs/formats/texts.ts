import {
  civilDate,
  formatDate,
  formatDouble,
  formatFloat,
  formatTimestamp,
  Timestamp,
  type TimestampVector,
} from '../../runtime/rows/index.ts'
import type { ByteSink } from './byteSink.ts'

const DASH = 45
const COLON = 58
const DOT = 46
const SECONDS_OF_DAY = 86_400
const TWO_32 = 4294967296

/** Doubles of at most this many decimal places are written without making a string. */
const FAST_PLACES_MAX = 6
const POWERS = Float64Array.from({ length: FAST_PLACES_MAX + 1 }, (_, exponent) => 10 ** exponent)

/**
 * Writes a double as Java does. When `value` is the double nearest to a decimal of at most 15
 * digits and a few places, that decimal is its shortest text: no string is needed to find it.
 */
export const writeDouble = (sink: ByteSink, value: number): void => {
  const magnitude = Math.abs(value)
  if (!(magnitude >= 1e-3 && magnitude < 1e7)) {
    sink.ascii(formatDouble(value))
    return
  }
  for (let places = 1; places <= FAST_PLACES_MAX; places += 1) {
    const power = POWERS[places]!
    const scaled = Math.round(magnitude * power)
    if (scaled / power !== magnitude) continue
    const whole = Math.floor(scaled / power)
    if (value < 0) sink.byte(DASH)
    sink.integer(whole)
    sink.byte(DOT)
    sink.padded(scaled - whole * power, places)
    return
  }
  sink.ascii(formatDouble(value))
}

export const writeFloat = (sink: ByteSink, value: number): void => sink.ascii(formatFloat(value))

/** Writes the bigint at `row` without making one, when a double holds it. */
export const writeInt64 = (
  sink: ByteSink,
  values: BigInt64Array,
  halves: Int32Array,
  row: number,
): void => {
  const high = halves[row * 2 + 1]!
  if (high > 0x1fffff || high < -0x200000) {
    sink.ascii(values[row]!.toString())
    return
  }
  sink.integer(high * TWO_32 + (halves[row * 2]! >>> 0))
}

/** The texts of the last days written: the rows of a file mostly have few different ones. */
const DAY_SLOTS = 1024
const DATE_LENGTH = 10
const slotDays = new Float64Array(DAY_SLOTS).fill(Number.NaN)
const slotTexts = new Uint8Array(DAY_SLOTS * DATE_LENGTH)

/** `2024-01-26`. */
export const writeDate = (sink: ByteSink, days: number): void => {
  const slot = days & (DAY_SLOTS - 1)
  const from = slot * DATE_LENGTH
  if (slotDays[slot] === days) {
    sink.slice(slotTexts, from, from + DATE_LENGTH)
    return
  }
  const { year, month, day } = civilDate(days)
  if (year < 0 || year > 9999) {
    sink.ascii(formatDate(days))
    return
  }
  sink.padded(year, 4)
  sink.byte(DASH)
  sink.pair(month)
  sink.byte(DASH)
  sink.pair(day)
  slotTexts.set(sink.bytes.subarray(sink.length - DATE_LENGTH, sink.length), from)
  slotDays[slot] = days
}

/** `2024-01-26T12:34:56.5` with `separator` for the `T`; zoned ones end in their offset. */
export const writeTimestamp = (
  sink: ByteSink,
  vector: TimestampVector,
  row: number,
  separator: number,
): void => {
  const seconds = vector.seconds[row]!
  const nanos = vector.nanos[row]!
  if (vector.offsets !== null) {
    const timestamp = new Timestamp(seconds, nanos, vector.offsets[row]!)
    sink.ascii(formatTimestamp(timestamp, String.fromCharCode(separator)))
    return
  }
  const days = Math.floor(seconds / SECONDS_OF_DAY)
  writeDate(sink, days)
  sink.byte(separator)
  writeClock(sink, seconds - days * SECONDS_OF_DAY, nanos)
}

/** `12:34:56`, with a fraction of as many digits as it needs. */
export const writeClock = (sink: ByteSink, secondOfDay: number, nanos: number): void => {
  const minutes = Math.floor(secondOfDay / 60)
  sink.pair(Math.floor(minutes / 60))
  sink.byte(COLON)
  sink.pair(minutes % 60)
  sink.byte(COLON)
  sink.pair(secondOfDay % 60)
  if (nanos === 0) return
  let digits = 9
  let fraction = nanos
  while (fraction % 10 === 0) {
    fraction /= 10
    digits -= 1
  }
  sink.byte(DOT)
  sink.padded(fraction, digits)
}
