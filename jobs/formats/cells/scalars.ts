import {
  Decimal,
  decimalFits,
  parseDecimal,
  Timestamp,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'
import { parseDouble } from './numbers.ts'
import { dateOf, timeOf, timestampOf } from './temporals.ts'

const RANGES: { readonly [kind: string]: readonly [bigint, bigint] } = {
  tinyint: [-0x80n, 0x7fn],
  smallint: [-0x8000n, 0x7fffn],
  int: [-0x80000000n, 0x7fffffffn],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
}

/**
 * The value of a scalar inside a nested value, from its text; undefined when the text does not fit.
 * Types without a text of their own (bytes, nested types) are not handled here.
 */
export const scalarOf = (type: DataType, text: string): Value | undefined => {
  switch (type.kind) {
    case 'string':
      return text
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return wholeOf(type.kind, text)
    case 'float':
    case 'double': {
      const number = parseDouble(text)
      if (number === null) return undefined
      return type.kind === 'float' ? Math.fround(number) : number
    }
    case 'decimal': {
      const decimal = parseDecimal(text.trim())
      return decimal !== null && decimalFits(decimal, type.precision, type.scale)
        ? decimal
        : undefined
    }
    case 'date':
      return dateOf(text.trim(), null) ?? undefined
    case 'time':
      return timeOf(text.trim(), null) ?? undefined
    case 'timestamp':
    case 'timestamp_tz':
      return zoneAs(timestampOf(text.trim(), null), type.kind === 'timestamp_tz')
    case 'null':
      return null
    default:
      return undefined
  }
}

const wholeOf = (kind: string, text: string): Value | undefined => {
  const decimal: Decimal | null = parseDecimal(text.trim())
  if (decimal === null || !decimalFits(decimal, 19, 0)) return undefined
  const whole = decimal.unscaled / 10n ** BigInt(decimal.scale)
  const [lowest, highest] = RANGES[kind]!
  if (whole < lowest || whole > highest) return undefined
  return kind === 'bigint' ? whole : Number(whole)
}

const zoneAs = (timestamp: Timestamp | null, zoned: boolean): Timestamp | undefined => {
  if (timestamp === null) return undefined
  const { epochSeconds, nanos, offsetSeconds } = timestamp
  if (zoned) return new Timestamp(epochSeconds, nanos, offsetSeconds ?? 0)
  return new Timestamp(epochSeconds + (offsetSeconds ?? 0), nanos)
}
