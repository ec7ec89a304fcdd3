import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  batchBytes,
  batchOfRows,
  column,
  Decimal,
  formatDouble,
  formatFloat,
  formatText,
  formatType,
  parseExactJson,
  parseText,
  parseType,
  sameValue,
  Timestamp,
  Utf8Vector,
  valueFromJson,
  valueToJson,
  vectorOf,
  writeJson,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'
import { typedValues, types } from './arbitraries.ts'

const int: DataType = { kind: 'int' }

describe('types', () => {
  test('every type survives its text', () => {
    fc.assert(
      fc.property(types, (type) => {
        const plain = /[\s<>(){}[\],=:"'`]/.test(fieldNames(type).join(''))
        if (!plain) expect(parseType(formatType(type))).toEqual(type)
      }),
    )
  })

  test.each([
    ['Decimal( 38 ,18 )', 'decimal(38, 18)'],
    ['ARRAY<INT>', 'array<int>'],
    [
      'map<string, {c_int = int, c_string = string}>',
      'map<string, {c_int = int, c_string = string}>',
    ],
    [
      'map<decimal(10, 2), array<map<string, int>>>',
      'map<decimal(10, 2), array<map<string, int>>>',
    ],
    ['{"A b": "int", Case: string}', '{A b = int, Case = string}'],
    ['row<a int, b string>', '{a = int, b = string}'],
    ['{a = int\n  b = string\n}', '{a = int, b = string}'],
    ['varchar(20)', 'string'],
    ['integer', 'int'],
    ['datetime', 'timestamp'],
    ['null', 'null'],
  ])('%s is %s', (written, expected) => {
    expect(formatType(parseType(written))).toBe(expected)
  })

  test('objects are rows', () => {
    expect(parseType({ a: 'int', b: { c: 'array<string>' } })).toEqual({
      kind: 'row',
      fields: [
        { name: 'a', type: int },
        {
          name: 'b',
          type: {
            kind: 'row',
            fields: [{ name: 'c', type: { kind: 'array', element: { kind: 'string' } } }],
          },
        },
      ],
    })
  })

  test.each([
    ['strng', 'did you mean "string"?'],
    ['decimal', 'needs a precision and a scale'],
    ['decimal(2, 5)', 'scale is not above'],
    ['array<int', 'a ">" is missing'],
    ['map<int>', 'a "," is missing'],
    ['int int', 'too much'],
    ['', 'a type is missing'],
    [`${'array<'.repeat(5000)}int`, 'nested more than'],
    [7, 'There is no type "7"'],
    [null, 'write it in quotes'],
  ])('%p is refused', (written, message) => {
    expect(() => parseType(written)).toThrow(message)
  })
})

const fieldNames = (type: DataType): string[] => {
  switch (type.kind) {
    case 'row':
      return type.fields.flatMap((field) => [field.name, ...fieldNames(field.type)])
    case 'array':
      return fieldNames(type.element)
    case 'map':
      return fieldNames(type.value)
    default:
      return []
  }
}

describe('values', () => {
  test('every value survives JSON text, plain JSON values and text', () => {
    fc.assert(
      fc.property(typedValues, ({ type, value }) => {
        const text = writeJson(type, value)
        expectSame(type, valueFromJson(type, parseExactJson(text)), value)
        const plain = JSON.parse(JSON.stringify(valueToJson(type, value)))
        expectSame(type, valueFromJson(type, plain), value)
        if (value !== null) expectSame(type, parseText(type, formatText(type, value)), value)
      }),
      { numRuns: 500 },
    )
  })

  const expectSame = (type: DataType, actual: Value, expected: Value): void => {
    if (!sameValue(type, actual, expected)) expect(actual).toEqual(expected)
  }

  test.each([
    [{ kind: 'tinyint' }, '128'],
    [{ kind: 'smallint' }, '-32769'],
    [int, '2147483648'],
    [int, '1.5'],
    [int, ''],
    [{ kind: 'bigint' }, '9223372036854775808'],
    [{ kind: 'float' }, '1e39'],
    [{ kind: 'double' }, '1e400'],
    [{ kind: 'double' }, '0x10'],
    [{ kind: 'boolean' }, 'yes'],
    [{ kind: 'decimal', precision: 4, scale: 2 }, '100'],
    [{ kind: 'date' }, '2023-02-29'],
    [{ kind: 'bytes' }, '%%%'],
    [{ kind: 'array', element: int }, '[1,'],
  ] as [DataType, string][])('%p refuses "%s"', (type, text) => {
    expect(() => parseText(type, text)).toThrow('is not a value of type')
    expect(() => valueFromJson(type, text)).toThrow('is not a value of type')
  })

  test('nothing is lost on the way in', () => {
    expect(parseText({ kind: 'bigint' }, '9007199254740993')).toBe(9007199254740993n)
    expect(valueFromJson({ kind: 'bigint' }, '-9223372036854775808')).toBe(-(2n ** 63n))
    expect(valueFromJson(int, 7.0)).toBe(7)
    const decimal: DataType = { kind: 'decimal', precision: 38, scale: 18 }
    expect(parseText(decimal, '12345678901234567890.123456789012345678')).toEqual(
      new Decimal(12345678901234567890123456789012345678n, 18),
    )
    expect(parseText({ kind: 'decimal', precision: 4, scale: 2 }, '1.005')).toEqual(
      new Decimal(101n, 2),
    )
    expect(parseText({ kind: 'timestamp_tz' }, '2012-12-21T12:34:56')).toEqual(
      new Timestamp(1_356_093_296, 0, 0),
    )
    expect(parseText({ kind: 'timestamp' }, '2012-12-21T12:34:56+08:00')).toEqual(
      new Timestamp(1_356_093_296, 0),
    )
  })

  test('exact JSON keeps what a double loses, and only that, as text', () => {
    const text =
      '[1, 1.0, -0, 1.10, 1e3, 0.0, 9007199254740993, 1e400, 1e-400, 0.1234567890123456789]'
    const numbers = [1, 1, -0, 1.1, 1000, 0]
    const texts = ['9007199254740993', '1e400', '1e-400', '0.1234567890123456789']
    expect(parseExactJson(text)).toEqual([...numbers, ...texts])
  })

  for (const type of ['array<float>', 'array<double>', 'float_vector(1)']) {
    test(`a zero in ${type} keeps its sign`, () => {
      const [value] = valueFromJson(parseType(type), parseExactJson('[-0.0]')) as number[]
      expect(value).toBe(-0)
      expect(writeJson(parseType(type), [value!])).toBe('[-0.0]')
    })
  }

  test('a string column shows nested JSON with its numbers as they were written', () => {
    const text = '{"a":-0.0,"b":[1.0,12345678901234567890],"c":{"d":1e3,"e":2,"f":"7.0"}}'
    const type = parseType('array<string>')
    expect(valueFromJson(type, parseExactJson(`[${text}]`))).toEqual([text])
    expect(valueFromJson(type, parseExactJson('[10.0, -0.0, 1e3, 7, 1.5]'))).toEqual([
      '10.0',
      '-0.0',
      '1e3',
      '7',
      '1.5',
    ])
    const row = parseType({ price: 'string', byDay: 'map<string, string>' })
    expect(valueFromJson(row, parseExactJson('{"price": 10.0, "byDay": {"a": 2.50}}'))).toEqual([
      '10.0',
      new Map([['a', '2.50']]),
    ])
  })

  test('rows come by name or by position, maps with typed keys', () => {
    const row = parseType({ a: 'int', b: 'string' })
    expect(valueFromJson(row, { b: 'x', a: '1' })).toEqual([1, 'x'])
    expect(valueFromJson(row, [1])).toEqual([1, null])
    expect(() => valueFromJson(row, [1, 'x', 2])).toThrow('is not a value of type')
    expect(valueFromJson(parseType('map<date, string>'), { '2024-01-26': 'v0' })).toEqual(
      new Map([[19_748, 'v0']]),
    )
    expect(valueFromJson({ kind: 'string' }, { a: [1, true] })).toBe('{"a":[1,true]}')
  })

  test('equality is by value', () => {
    const decimal = parseType('decimal(10, 4)')
    expect(sameValue(decimal, new Decimal(15n, 1), new Decimal(1500n, 3))).toBe(true)
    const map = parseType('map<decimal(4, 2), int>')
    const left = new Map([[new Decimal(10n, 1), 1]])
    expect(sameValue(map, left, new Map([[new Decimal(100n, 2), 1]]))).toBe(true)
    expect(sameValue(map, left, new Map([[new Decimal(101n, 2), 1]]))).toBe(false)
    const timestamp: DataType = { kind: 'timestamp_tz' }
    expect(sameValue(timestamp, new Timestamp(0, 0, 0), new Timestamp(0, 0, 60))).toBe(false)
  })
})

describe('text of numbers', () => {
  test.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [3.1, '3.1'],
    [9_999_999, '9999999.0'],
    [1e7, '1.0E7'],
    [12_345_678.9, '1.23456789E7'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [1e10, '1.0E10'],
    [5e-324, '4.9E-324'],
    [Number.MAX_VALUE, '1.7976931348623157E308'],
    [123_456.75, '123456.75'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('the double %d is %s', (number, text) => {
    expect(formatDouble(number)).toBe(text)
  })

  test.each([
    [3.1, '3.1'],
    [0.1, '0.1'],
    [16_777_216, '1.6777216E7'],
    [3.4028235e38, '3.4028235E38'],
    [1.4e-45, '1.4E-45'],
    [1e10, '1.0E10'],
    [33_554_432, '3.3554432E7'],
    [0.3, '0.3'],
  ])('the float %d is %s', (number, text) => {
    expect(formatFloat(Math.fround(number))).toBe(text)
  })

  test('every float and double survives', () => {
    fc.assert(
      fc.property(fc.float(), fc.double(), (float, double) => {
        expect(Math.fround(Number(formatFloat(float)))).toBe(float)
        expect(Number(formatDouble(double))).toBe(double)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('row size', () => {
  test('follows the rule of SeaTunnel', () => {
    const table = {
      path: 't',
      catalog: 'test',
      columns: [
        column('a', int),
        column('b', { kind: 'string' }),
        column('c', parseType('decimal(10, 2)')),
        column('d', parseType('{x = date, y = "array<bigint>"}')),
        column('e', parseType('map<string, boolean>')),
      ],
    }
    const rows = [
      [1, 'größe😀', new Decimal(1n, 2), [0, [1n, 2n]], new Map([['ab', true]])],
      [null, 'x', null, null, null],
    ]
    const batch = batchOfRows(table, rows)
    expect(batchBytes(batch)).toBe(4 + 7 + 36 + (24 + 16) + 3 + 1)
    const strings = vectorOf({ kind: 'string' }, ['größe😀', 'x']) as Utf8Vector
    const inBytes = {
      ...batch,
      columns: batch.columns.with(1, Utf8Vector.ofBytes(strings.utf8(), null)),
    }
    expect(batchBytes(inBytes)).toBe(batchBytes(batch))
  })
})
