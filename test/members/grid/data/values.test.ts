import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  fromData,
  JsonText,
  LocalDate,
  LocalTime,
  toData,
  Uuid,
} from '../../../../members/grid/data/index.ts'
import { WireFault } from '../../../../members/wire/index.ts'
import { EngineError } from '../../../../runtime/errors/index.ts'
import { Decimal, NANOS_OF_DAY, Timestamp } from '../../../../runtime/rows/index.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constant('\ufefftext after a byte order mark'),
)

const timestamp = fc
  .record({
    seconds: fc.integer({ min: -6e10, max: 2.5e11 }),
    nanos: fc.nat(999_999_999),
    offset: fc.option(fc.integer({ min: -64_800, max: 64_800 })),
  })
  .map(({ seconds, nanos, offset }) => new Timestamp(seconds, nanos, offset))

const decimal = fc
  .record({ unscaled: fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), scale: fc.nat(100) })
  .map(({ unscaled, scale }) => new Decimal(unscaled, scale))

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.integer(),
  long,
  fc.bigInt({ min: -(2n ** 700n), max: 2n ** 700n }),
  text,
  fc.uint8Array({ maxLength: 300 }),
  fc.date({ noInvalidDate: true }),
  fc.uuid().map((uuid) => new Uuid(uuid)),
  decimal,
  timestamp,
  fc.integer().map((days) => new LocalDate(Math.max(days, -(2 ** 31) + 1))),
  fc.maxSafeNat().map((nanos) => new LocalTime(nanos % NANOS_OF_DAY)),
  fc.json().map((json) => new JsonText(json)),
)

/** In objects MessagePack has no negative zero and no key `__proto__`; no NaN equals another. */
const packed = fc.oneof(
  fc.dictionary(
    fc.string({ maxLength: 10 }).filter((key) => key !== '__proto__'),
    scalar.map((value) => (Object.is(value, -0) ? 0 : value)),
    { noNullPrototype: true },
  ),
  fc.array(fc.tuple(fc.string(), fc.integer())).map((entries) => new Map(entries)),
  fc.array(fc.string()).map((values) => new Set(values)),
  fc.float64Array({ maxLength: 20, noNaN: true }),
)

const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 8 }),
  fc.array(fc.double(), { maxLength: 8 }),
  fc.array(text, { maxLength: 8 }),
  fc.array(fc.boolean(), { maxLength: 8 }),
  fc.array(long, { maxLength: 8 }),
  packed,
  fc.array(fc.oneof(scalar, packed, fc.array(scalar)), { maxLength: 5 }),
)

test('what is written is read', () => {
  fc.assert(
    fc.property(value, (written) => {
      expect(fromData(toData(written))).toEqual(written)
    }),
    { numRuns: 2000 },
  )
})

test('the same value has the same bytes, whatever was written before', () => {
  fc.assert(
    fc.property(value, value, (first, between) => {
      const bytes = toData(first)
      toData(between)
      expect(toData(first)).toEqual(bytes)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['a string', 'k', '00000000 fffffff5 00000001 6b'],
  ['a number', 1, '00000000 fffffff6 3ff0000000000000'],
  ['a boolean', true, '00000000 fffffffc 01'],
  ['null', null, '00000000 00000000'],
  ['a long', -2n, '00000000 fffffff8 fffffffffffffffe'],
  ['a BigInteger', 2n ** 63n, '00000000 ffffffe6 00000009 008000000000000000'],
  ['a negative BigInteger', -(2n ** 63n) - 1n, '00000000 ffffffe6 00000009 ff7fffffffffffffff'],
  ['a BigDecimal', new Decimal(-128n, 2), '00000000 ffffffe5 00000001 80 00000002'],
  ['a byte[]', new Uint8Array([1, 2]), '00000000 fffffff4 00000002 0102'],
  ['a double[]', [1], '00000000 ffffffed 00000001 3ff0000000000000'],
  ['a String[]', ['k', ''], '00000000 ffffffec 00000002 00000001 6b 00000000'],
  ['a boolean[]', [true, false], '00000000 fffffff3 00000002 0100'],
  ['a long[]', [1n], '00000000 ffffffef 00000001 0000000000000001'],
  ['an ArrayList', [null, 'k'], '00000000 ffffffe3 00000002 00000000 fffffff5 00000001 6b'],
  ['a Date', new Date(1), '00000000 ffffffe7 0000000000000001'],
  [
    'a UUID',
    new Uuid('00112233-4455-6677-8899-AABBCCDDEEFF'),
    '00000000 ffffffeb 00112233445566778899aabbccddeeff',
  ],
  ['a LocalDate', new LocalDate(31), '00000000 ffffffcd 000007b2 02 01'],
  ['a LocalTime', new LocalTime(3_723_000_000_004), '00000000 ffffffcc 01 02 03 00000004'],
  ['a LocalDateTime', new Timestamp(-1, 5), '00000000 ffffffcb 000007b1 0c 1f 17 3b 3b 00000005'],
  [
    'an OffsetDateTime',
    new Timestamp(0, 0, 3600),
    '00000000 ffffffca 000007b2 01 01 01 00 00 00000000 00000e10',
  ],
  ['JSON', new JsonText('{}'), '00000000 ffffff7e 00000002 7b7d'],
])('%s has the bytes of Hazelcast', (_, written, hex) => {
  expect(toData(written).toHex()).toBe(hex.replaceAll(' ', ''))
})

test.each([
  ['a byte', 'fffffffd ff', -1],
  ['a short', 'fffffffa fffe', -2],
  ['an int', 'fffffff9 fffffffd', -3],
  ['a float', 'fffffff7 3fc00000', 1.5],
  ['a char', 'fffffffb 0041', 'A'],
  ['a char[]', 'fffffff2 00000002 00410042', ['A', 'B']],
  ['a short[]', 'fffffff1 00000001 ffff', [-1]],
  ['an int[]', 'fffffff0 00000001 ffffffff', [-1]],
  ['a float[]', 'ffffffee 00000001 3fc00000', [1.5]],
  ['a null string', 'fffffff5 ffffffff', null],
  ['a String[] with null', 'ffffffec 00000002 ffffffff 00000001 6b', [null, 'k']],
  ['an Object[]', 'ffffffe4 00000001 fffffff9 00000007', [7]],
  ['a LinkedList', 'ffffffe2 00000001 fffffffc 01', [true]],
  ['a BigDecimal with a negative scale', 'ffffffe5 00000001 07 fffffffe', new Decimal(700n, 0)],
])('reads %s of other clients', (_, hex, expected) => {
  expect(fromData(Uint8Array.fromHex(`00000000${hex.replaceAll(' ', '')}`))).toEqual(expected)
})

test('what is read does not change with the bytes that it came from', () => {
  for (const written of [new Uint8Array([1, 2, 3]), { bytes: new Uint8Array([1, 2, 3]) }]) {
    const data = toData(written)
    const read = fromData(data)
    data.fill(0xff)
    expect(read).toEqual(written)
  }
})

test.each([
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a function in a list', [1, () => 1]],
  ['a date that is none', new Date(Number.NaN)],
  ['a time beyond the day', new LocalTime(NANOS_OF_DAY)],
  ['a day beyond int', new LocalDate(2 ** 40)],
  ['a timestamp beyond int', new Timestamp(1e18, 0)],
])('%s is refused', (_, written) => {
  expect(() => toData(written)).toThrow(EngineError)
})

test('a list that holds itself is refused', () => {
  const list: unknown[] = [1, 'a']
  list.push(list)
  expect(() => toData(list)).toThrow(/deep/)
})

const readOrRefused = (data: Uint8Array): void => {
  try {
    fromData(data)
  } catch (thrown) {
    if (!(thrown instanceof WireFault || thrown instanceof EngineError)) throw thrown
  }
}

test('bytes that are damaged are read or refused', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
  fc.assert(
    fc.property(value, damage, fc.nat(20), (written, changes, cut) => {
      const data = toData(written)
      for (const [at, byte] of changes) data[at % data.length] = byte
      readOrRefused(data.subarray(0, Math.max(0, data.length - cut)))
    }),
    { numRuns: 5000 },
  )
})

test('bytes by chance under any type are read or refused', () => {
  const type = fc.oneof(fc.integer({ min: -60, max: 0 }), fc.constantFrom(-130, 0x7469_6465))
  fc.assert(
    fc.property(type, fc.uint8Array({ maxLength: 60 }), (typeId, payload) => {
      const data = new Uint8Array(8 + payload.length)
      new DataView(data.buffer).setInt32(4, typeId)
      data.set(payload, 8)
      readOrRefused(data)
    }),
    { numRuns: 5000 },
  )
})

const PACKED = 0x7469_6465

/** A Data of MessagePack, with the right count. */
const packedData = (payload: Uint8Array): Uint8Array => {
  const data = new Uint8Array(12 + payload.length)
  const view = new DataView(data.buffer)
  view.setInt32(4, PACKED)
  view.setInt32(8, payload.length)
  data.set(payload, 12)
  return data
}

test('MessagePack by chance is read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
      readOrRefused(packedData(payload))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['an array of 4 billion', 'ddffffffff'],
  ['a map of 4 billion', 'dfffffffff'],
  ['arrays in arrays', '91'.repeat(100_000)],
  ['large arrays in large arrays', 'dd00ffffff'.repeat(1000)],
  ['bytes that are not there', 'c6ffffffff'],
])('%s of MessagePack is refused at once', (_, hex) => {
  expect(() => fromData(packedData(Uint8Array.fromHex(hex)))).toThrow(WireFault)
})

test.each([
  ['bytes', 'fffffff4'],
  ['a string', 'fffffff5'],
  ['numbers', 'ffffffed'],
  ['a list', 'ffffffe3'],
  ['an integer', 'ffffffe6'],
])('a count of %s that lies is refused', (_, type) => {
  for (const count of ['7fffffff', '80000000', 'fffffffe']) {
    const data = Uint8Array.fromHex(`00000000${type}${count}00000000`)
    expect(() => fromData(data)).toThrow(WireFault)
  }
})
