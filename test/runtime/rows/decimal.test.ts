import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  addDecimal,
  compareDecimal,
  Decimal,
  decimalFits,
  decimalFromNumber,
  decimalToNumber,
  divideDecimal,
  formatDecimal,
  multiplyDecimal,
  normalizeDecimal,
  parseDecimal,
  rescaleDecimal,
  subtractDecimal,
} from '../../../runtime/rows/index.ts'

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.nat(30))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale))

const decimal = (text: string): Decimal => parseDecimal(text)!

describe('decimals', () => {
  test.each([
    ['0', '0'],
    ['-0.50', '-0.50'],
    ['+12.', '12'],
    ['.5', '0.5'],
    ['1E3', '1000'],
    ['1.25e-3', '0.00125'],
    ['99999.99999999', '99999.99999999'],
    ['12345678901234567890.123456789012345678', '12345678901234567890.123456789012345678'],
  ])('%s reads as %s', (text, plain) => {
    expect(formatDecimal(decimal(text))).toBe(plain)
  })

  test.each(['', '.', '-', 'e5', '1e', '1_000', '0x10', 'NaN', '1e999999', '1 '])(
    '"%s" is not one',
    (text) => {
      expect(parseDecimal(text)).toBeNull()
    },
  )

  test('any decimal survives its text', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(decimal(formatDecimal(value))).toEqual(value)
      }),
    )
  })

  test('arithmetic is exact', () => {
    fc.assert(
      fc.property(decimals, decimals, (left, right) => {
        expect(compareDecimal(subtractDecimal(addDecimal(left, right), right), left)).toBe(0)
        if (right.unscaled === 0n) return
        const product = multiplyDecimal(left, right)
        expect(compareDecimal(divideDecimal(product, right, left.scale), left)).toBe(0)
      }),
    )
  })

  test.each([
    ['2.5', 0, '3'],
    ['-2.5', 0, '-3'],
    ['2.4999', 0, '2'],
    ['0.005', 2, '0.01'],
    ['1.5', 4, '1.5000'],
  ])('%s with %d places is %s', (text, scale, expected) => {
    expect(formatDecimal(rescaleDecimal(decimal(text), scale))).toBe(expected)
  })

  test.each([
    ['1', '3', 4, '0.3333'],
    ['2', '3', 4, '0.6667'],
    ['-2', '3', 0, '-1'],
    ['1', '-2', 0, '-1'],
    ['10.00', '0.04', 1, '250.0'],
  ])('%s / %s with %d places is %s', (left, right, scale, expected) => {
    expect(formatDecimal(divideDecimal(decimal(left), decimal(right), scale))).toBe(expected)
  })

  test('fits by value, not by how it is written', () => {
    expect(decimalFits(decimal('99.99'), 4, 2)).toBe(true)
    expect(decimalFits(decimal('99.9900'), 4, 2)).toBe(true)
    expect(decimalFits(decimal('100'), 4, 2)).toBe(false)
    expect(decimalFits(decimal('-99.999'), 4, 2)).toBe(false)
    expect(decimalFits(decimal('0.001'), 3, 3)).toBe(true)
  })

  test('converts to and from doubles', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(decimalToNumber(decimalFromNumber(number)!)).toBe(number + 0)
      }),
    )
    expect(decimalFromNumber(Number.NaN)).toBeNull()
    expect(normalizeDecimal(decimal('1.500'))).toEqual(new Decimal(15n, 1))
    expect(normalizeDecimal(decimal('0.00'))).toEqual(new Decimal(0n, 0))
  })
})
