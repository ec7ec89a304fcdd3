import { addExtension, Packr, RESET_BUFFER_MODE } from 'msgpackr/pack'
import { Decimal, Timestamp, type Value } from '../../rows/index.ts'

/** Application types of MessagePack, 0 to 127, for our own classes; never reuse a number. */
const DECIMAL_TYPE = 1
const TIMESTAMP_TYPE = 2

addExtension({
  Class: Decimal,
  type: DECIMAL_TYPE,
  write: ({ unscaled, scale }: Decimal) => [unscaled, scale],
  read: ([unscaled, scale]: [bigint | number, number]) => new Decimal(BigInt(unscaled), scale),
})

addExtension({
  Class: Timestamp,
  type: TIMESTAMP_TYPE,
  write: ({ epochSeconds, nanos, offsetSeconds }: Timestamp) => [
    epochSeconds,
    nanos,
    offsetSeconds,
  ],
  read: ([seconds, nanos, offset]: [number, number, number | null]) =>
    new Timestamp(seconds, nanos, offset),
})

const packr = new Packr({
  structuredClone: true,
  moreTypes: true,
  useRecords: true,
  useBigIntExtension: true,
  int64AsType: 'bigint',
} as ConstructorParameters<typeof Packr>[0])

/**
 * A value without a declared type as MessagePack: plain objects and arrays, Map, Set, Date, bigints
 * of any size, typed arrays, Decimal, Timestamp. Negative zero becomes zero there, an unpaired
 * surrogate three U+FFFD, and a key `__proto__` is renamed.
 */
export const packAny = (value: unknown): Uint8Array => packr.pack(value)

/** The same in memory that is used again: good until anything else is packed. */
export const packAnyView = (value: unknown): Uint8Array => packr.pack(value, RESET_BUFFER_MODE)

export const unpackAny = (bytes: Uint8Array): Value => packr.unpack(bytes) as Value
